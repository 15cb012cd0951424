# Answers to blas-paired beside its solution; `workshop lessons check` tries them.

# %% wrong: the quartiles' quotients
def paired(some, others):
    return np.percentile(some, (25, 50, 75)) / np.percentile(others, (25, 50, 75))


# %% wrong: upside down
def paired(some, others):
    return np.percentile(others / some, (25, 50, 75))


# %% wrong: from the lowest to the highest
def paired(some, others):
    return np.percentile(some / others, (0, 50, 100))


# %% wrong: differences
def paired(some, others):
    return np.percentile(some - others, (25, 50, 75))


# %% wrong: the mean, give or take a standard deviation
def paired(some, others):
    quotients = some / others
    return [quotients.mean() + times * quotients.std() for times in (-1, 0, 1)]


# %% right: round by round, in a list
def paired(some, others):
    quotients = [one / other for one, other in zip(some, others)]
    return [float(np.quantile(quotients, part / 4)) for part in (1, 2, 3)]
