# Answers to inception-fold beside its solution; `workshop lessons check` tries them.

# %% wrong: the mean is forgotten
def fold(weights, mean, variance, offset, epsilon=0.001):
    factor = 1 / np.sqrt(variance + epsilon)
    return weights * factor[:, None, None, None], offset


# %% wrong: the mean is not scaled
def fold(weights, mean, variance, offset, epsilon=0.001):
    factor = 1 / np.sqrt(variance + epsilon)
    return weights * factor[:, None, None, None], offset - mean


# %% wrong: the offset is scaled as well
def fold(weights, mean, variance, offset, epsilon=0.001):
    factor = 1 / np.sqrt(variance + epsilon)
    return weights * factor[:, None, None, None], (offset - mean) * factor


# %% wrong: the variance is taken for the deviation
def fold(weights, mean, variance, offset, epsilon=0.001):
    factor = 1 / (variance + epsilon)
    return weights * factor[:, None, None, None], offset - mean * factor


# %% wrong: epsilon is left out
def fold(weights, mean, variance, offset, epsilon=0.001):
    factor = 1 / np.sqrt(variance)
    return weights * factor[:, None, None, None], offset - mean * factor


# %% wrong: epsilon is always a thousandth
def fold(weights, mean, variance, offset, epsilon=0.001):
    factor = 1 / np.sqrt(variance + 1e-3)
    return weights * factor[:, None, None, None], offset - mean * factor


# %% right: by moving the axis
def fold(weights, mean, variance, offset, epsilon=0.001):
    deviation = (variance + epsilon) ** 0.5
    return (weights.T / deviation).T, offset - mean / deviation
