def fold(weights, mean, variance, offset, epsilon=0.001):
    factor = 1 / np.sqrt(variance + epsilon)
    return weights * factor[:, None, None, None], offset - mean * factor
