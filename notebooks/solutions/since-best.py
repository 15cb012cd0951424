def best_spent(operations):
    """operations: a number or (n,) → weights and tokens, of the same shape."""
    weights = np.sqrt(operations / (6 * 20))
    tokens = 20 * weights
    return weights, tokens
