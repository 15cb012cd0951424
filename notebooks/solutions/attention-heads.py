def multi_head(query, key, value, heads, mask):
    """query, key, value: (batch, n, width) → output (batch, n, width), weights (batch, heads, n, n)."""
    query, key, value = (each.unflatten(-1, (heads, -1)).transpose(1, 2) for each in (query, key, value))
    output, weights = attention(query, key, value, mask)
    return output.transpose(1, 2).flatten(2), weights
