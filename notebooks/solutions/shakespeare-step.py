def gru(x, h, U):
    """x: (rows, 3 · units), h: (rows, units), U: (units, 3 · units) → the next h, (rows, units)."""
    (x_r, x_z, x_n), (h_r, h_z, h_n) = thirds(x), thirds(T.dot(h, U))
    r = T.nnet.sigmoid(x_r + h_r)
    z = T.nnet.sigmoid(x_z + h_z)
    n = T.tanh(x_n + r * h_n)
    return (1 - z) * n + z * h
