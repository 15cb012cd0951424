def normalise(x, gamma, beta, known):
    mean = x[:known].mean(axis=(0, 2, 3), keepdims=True)
    variance = x[:known].var(axis=(0, 2, 3), keepdims=True)
    return gamma.reshape((1, -1, 1, 1)) * (x - mean) / (variance + 0.001) ** 0.5 + beta.reshape((1, -1, 1, 1))
