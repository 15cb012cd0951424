def normalise(x, gamma, beta, mean, variance):
    return gamma * (x - mean) / (variance + 1e-3) ** 0.5 + beta
