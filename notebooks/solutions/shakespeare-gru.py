def sigma(x):
    return 1 / (1 + np.exp(-x))


def gru(told, heard, h):
    r, z = sigma(told[0] + heard[0]), sigma(told[1] + heard[1])
    n = np.tanh(told[2] + r * heard[2])
    return (1 - z) * n + z * h
