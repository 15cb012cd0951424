# Answers to shakespeare-neuron beside its solution; `workshop lessons check` tries them.

# %% wrong: not divided by the deviations
def correlate(values, known):
    return ((values - values.mean(axis=0)) * (known - known.mean())[:, np.newaxis]).mean(axis=0)


# %% wrong: without its sign
def correlate(values, known):
    values = (values - values.mean(axis=0)) / (values.std(axis=0) + 1e-9)
    known = (known - known.mean()) / known.std()
    return np.abs((values * known[:, np.newaxis]).mean(axis=0))


# %% wrong: the means stay in
def correlate(values, known):
    values = values / (values.std(axis=0) + 1e-9)
    return (values * (known / known.std())[:, np.newaxis]).mean(axis=0)


# %% wrong: one mean for all units
def correlate(values, known):
    values = (values - values.mean()) / (values.std() + 1e-9)
    known = (known - known.mean()) / known.std()
    return (values * known[:, np.newaxis]).mean(axis=0)


# %% right: one product of matrices
def correlate(values, known):
    values, known = values - values.mean(axis=0), known - known.mean()
    return known @ values / (len(known) * known.std() * (values.std(axis=0) + 1e-9))


# %% also right
# 2: values.std(axis=0) + 1e-09 → values.std(axis=0) - 1e-09: so little makes no difference
# 2: values - values.mean(axis=0) → values + values.mean(axis=0): one of the two with mean 0 is enough
# 3: known - known.mean() → known + known.mean(): one of the two with mean 0 is enough
