def attend(queries, keys, values, mask):
    """queries, keys, values: (…, n, d), mask: (n, n) of 1 and 0 → answers (…, n, d), shares (…, n, n)."""
    scores = tf.matmul(queries, keys, transpose_b=True) / queries.shape[-1] ** 0.5
    shares = tf.nn.softmax(scores + (mask - 1) * 1e9)
    return tf.matmul(shares, values), shares
