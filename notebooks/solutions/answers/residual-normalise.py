# Answers to residual-normalise beside its solution; `workshop lessons check` tries them.

# %% wrong: by the variance, without the root
def normalise(x, gamma, beta, mean, variance):
    return gamma * (x - mean) / (variance + 1e-3) + beta


# %% wrong: nothing keeps it from dividing by 0
def normalise(x, gamma, beta, mean, variance):
    return gamma * (x - mean) / np.maximum(variance, 0) ** 0.5 + beta


# %% wrong: the scale acts on the offset, too
def normalise(x, gamma, beta, mean, variance):
    return gamma * ((x - mean) / (variance + 1e-3) ** 0.5 + beta)


# %% wrong: without scale and offset
def normalise(x, gamma, beta, mean, variance):
    return (x - mean) / (variance + 1e-3) ** 0.5


# %% wrong: what keeps it from dividing by 0 is beside the root
def normalise(x, gamma, beta, mean, variance):
    return gamma * (x - mean) / (variance**0.5 + 1e-3) + beta


# %% right: as one scale and one offset
def normalise(x, gamma, beta, mean, variance):
    scale = gamma * (variance + 0.001) ** -0.5
    return x * scale + (beta - mean * scale)
