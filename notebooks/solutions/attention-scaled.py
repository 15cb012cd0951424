def attention(query, key, value, mask):
    """query, key, value: (…, n, d), mask: (n, n) → output (…, n, d), weights (…, n, n)."""
    scores = query @ key.transpose(-2, -1) / query.shape[-1] ** 0.5
    weights = scores.masked_fill(~mask, -torch.inf).softmax(dim=-1)
    return weights @ value, weights
