def read_out(features, query, softmax):
    """features: (n, 49, 64), query: (n, 64) → what is read (n, 64), shares (n, 49)."""
    shares = softmax((features * query[:, None, :]).sum(axis=2))
    read = (shares[:, :, None] * features).sum(axis=1)
    return read, shares
