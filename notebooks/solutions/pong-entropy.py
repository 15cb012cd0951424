def entropy(shares):
    """shares: (n, actions), each row adds up to 1 → (n,)"""
    safe = np.where(shares > 0, shares, 1)
    return -(shares * np.log(safe)).sum(axis=1)
