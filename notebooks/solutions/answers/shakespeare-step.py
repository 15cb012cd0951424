# Stored answers to shakespeare-step; `workshop lessons check` tries them.

# %% wrong: z is the wrong way round
def gru(x, h, U):
    (x_r, x_z, x_n), (h_r, h_z, h_n) = thirds(x), thirds(T.dot(h, U))
    r, z = T.nnet.sigmoid(x_r + h_r), T.nnet.sigmoid(x_z + h_z)
    return z * T.tanh(x_n + r * h_n) + (1 - z) * h


# %% wrong: r gates the embedding as well
def gru(x, h, U):
    (x_r, x_z, x_n), (h_r, h_z, h_n) = thirds(x), thirds(T.dot(h, U))
    r, z = T.nnet.sigmoid(x_r + h_r), T.nnet.sigmoid(x_z + h_z)
    return (1 - z) * T.tanh(r * (x_n + h_n)) + z * h


# %% wrong: the gates do not see the old state
def gru(x, h, U):
    (x_r, x_z, x_n), (h_r, h_z, h_n) = thirds(x), thirds(T.dot(h, U))
    r, z = T.nnet.sigmoid(x_r), T.nnet.sigmoid(x_z)
    return (1 - z) * T.tanh(x_n + r * h_n) + z * h


# %% wrong: n is squeezed like a gate
def gru(x, h, U):
    (x_r, x_z, x_n), (h_r, h_z, h_n) = thirds(x), thirds(T.dot(h, U))
    r, z = T.nnet.sigmoid(x_r + h_r), T.nnet.sigmoid(x_z + h_z)
    return (1 - z) * T.nnet.sigmoid(x_n + r * h_n) + z * h


# %% wrong: r and z are mixed up
def gru(x, h, U):
    (x_r, x_z, x_n), (h_r, h_z, h_n) = thirds(x), thirds(T.dot(h, U))
    z, r = T.nnet.sigmoid(x_r + h_r), T.nnet.sigmoid(x_z + h_z)
    return (1 - z) * T.tanh(x_n + r * h_n) + z * h


# %% right: a step from the old state towards the new content
def gru(x, h, U):
    (x_r, x_z, x_n), (h_r, h_z, h_n) = thirds(x), thirds(T.dot(h, U))
    reset, keep = (1 + T.tanh((x_r + h_r) / 2)) / 2, (1 + T.tanh((x_z + h_z) / 2)) / 2
    new = T.tanh(x_n + reset * h_n)
    return new + keep * (h - new)
