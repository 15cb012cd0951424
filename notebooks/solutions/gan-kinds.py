def kinds(labels):
    """labels: (n,) of whole numbers, 0 or more → a number, 1 or more."""
    shares = np.bincount(labels) / len(labels)
    shares = shares[shares > 0]
    return float(np.exp(-(shares * np.log(shares)).sum()))
