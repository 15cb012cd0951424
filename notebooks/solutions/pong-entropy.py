def entropy(probabilities):
    """probabilities: (n, actions), each row sums to 1 → (n,)"""
    safe = np.where(probabilities > 0, probabilities, 1)
    return -(probabilities * np.log(safe)).sum(axis=1)
