def look_up(queries, keys, values, mask):
    """queries: (n, d), keys: (m, d), values: (m, e), mask: (n, m) → answers (n, e), shares (n, m)."""
    scores = np.where(mask == 0, -1e9, queries @ keys.T / np.sqrt(keys.shape[1]))
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares = powers / powers.sum(axis=1, keepdims=True)
    return shares @ values, shares
