# Answers to tuning-paired beside its solution; `workshop lessons check` tries them.

# %% wrong: the loss, not the gain
def gain(one, other):
    differences = 100 * (one.astype(float) - other.astype(float))
    spread = 1.96 * differences.std(ddof=1) / len(differences) ** 0.5
    return differences.mean() - spread, differences.mean() + spread


# %% wrong: not paired, the spreads of both are added as if they were independent
def gain(one, other):
    variance = one.var(ddof=1) / len(one) + other.var(ddof=1) / len(other)
    middle, spread = 100 * (other.mean() - one.mean()), 196 * variance**0.5
    return middle - spread, middle + spread


# %% wrong: the standard deviation itself, not that of the mean
def gain(one, other):
    differences = 100 * (other.astype(float) - one.astype(float))
    spread = 1.96 * differences.std(ddof=1)
    return differences.mean() - spread, differences.mean() + spread


# %% wrong: n, not n - 1, in the denominator
def gain(one, other):
    differences = 100 * (other.astype(float) - one.astype(float))
    spread = 1.96 * differences.std() / len(differences) ** 0.5
    return differences.mean() - spread, differences.mean() + spread


# %% wrong: fractions, not points
def gain(one, other):
    differences = other.astype(float) - one.astype(float)
    spread = 1.96 * differences.std(ddof=1) / len(differences) ** 0.5
    return differences.mean() - spread, differences.mean() + spread


# %% wrong: one standard error to either side
def gain(one, other):
    differences = 100 * (other.astype(float) - one.astype(float))
    spread = differences.std(ddof=1) / len(differences) ** 0.5
    return differences.mean() - spread, differences.mean() + spread


# %% right: from the counts of the photographs on which they differ
def gain(one, other):
    n, won, lost = len(one), np.sum(other & ~one), np.sum(one & ~other)
    middle = (won - lost) / n
    variance = ((won + lost) - n * middle**2) / (n - 1)
    spread = 1.96 * np.sqrt(variance / n)
    return 100 * (middle - spread), 100 * (middle + spread)
