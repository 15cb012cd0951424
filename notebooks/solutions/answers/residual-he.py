# Answers to residual-he beside its solution; `workshop lessons check` tries them.

# %% wrong: the relu is forgotten
def he(shape, rng):
    inputs = shape[-2]
    return (rng.standard_normal(shape) / np.sqrt(inputs)).astype("float32")


# %% wrong: the variance is taken for the deviation
def he(shape, rng):
    inputs = shape[-2]
    return (2 / inputs * rng.standard_normal(shape)).astype("float32")


# %% wrong: the outputs are counted instead of the inputs
def he(shape, rng):
    return (np.sqrt(2 / shape[-1]) * rng.standard_normal(shape)).astype("float32")


# %% wrong: even noise instead of normal noise
def he(shape, rng):
    limit = np.sqrt(6 / shape[-2])
    return rng.uniform(-limit, limit, shape).astype("float32")


# %% wrong: another noise of the right variance
def he(shape, rng):
    return (rng.laplace(0, 1, shape) * np.sqrt(1 / shape[-2])).astype("float32")


# %% wrong: the second number of the shape, whatever the shape
def he(shape, rng):
    return (np.sqrt(2 / shape[1]) * rng.standard_normal(shape)).astype("float32")


# %% wrong: all layers start with the same weights
def he(shape, rng):
    one = np.sqrt(2 / shape[-2]) * rng.standard_normal(shape[-2:])
    return np.broadcast_to(one, shape).astype("float32")


# %% wrong: the chance does not come from rng
def he(shape, rng):
    return (np.sqrt(2 / shape[-2]) * np.random.standard_normal(shape)).astype("float32")


# %% wrong: it lies about the variance instead of about 0
def he(shape, rng):
    inputs = shape[-2]
    return rng.normal(2 / inputs, np.sqrt(2 / inputs), shape).astype("float32")


# %% wrong: only positive numbers
def he(shape, rng):
    inputs = shape[-2]
    return np.abs(np.sqrt(2 / inputs) * rng.standard_normal(shape)).astype("float32")


# %% right: by rng.normal
def he(shape, rng):
    inputs = shape[-2]
    return rng.normal(0, (inputs / 2) ** -0.5, shape).astype(np.float32)
