def read_out(features, query, softmax):
    """features: (n, 49, 64), query: (n, 64) → what is read (n, 64), attention weights (n, 49)."""
    attention = softmax((features * query[:, None, :]).sum(axis=2))
    read = (attention[:, :, None] * features).sum(axis=1)
    return read, attention
