# Stored answers to good-interval; `workshop lessons check` tries them.

# %% wrong: one minus other
def interval(one, other, draws, other_draws):
    return 100 * np.percentile(one[draws].mean(axis=1) - other[other_draws].mean(axis=1), (2.5, 97.5))


# %% wrong: the ends of both intervals are subtracted
def interval(one, other, draws, other_draws):
    low, high = np.percentile(other[other_draws].mean(axis=1), (2.5, 97.5))
    one_low, one_high = np.percentile(one[draws].mean(axis=1), (2.5, 97.5))
    return 100 * (low - one_high), 100 * (high - one_low)


# %% wrong: fractions, not points
def interval(one, other, draws, other_draws):
    return np.percentile(other[other_draws].mean(axis=1) - one[draws].mean(axis=1), (2.5, 97.5))


# %% wrong: always paired
def interval(one, other, draws, other_draws):
    return 100 * np.percentile(other[draws].mean(axis=1) - one[draws].mean(axis=1), (2.5, 97.5))


# %% wrong: 90 % instead of 95 %
def interval(one, other, draws, other_draws):
    return 100 * np.percentile(other[other_draws].mean(axis=1) - one[draws].mean(axis=1), (5, 95))


# %% wrong: the mean over samples, not over people
def interval(one, other, draws, other_draws):
    differences = other[other_draws].mean(axis=0) - one[draws].mean(axis=0)
    return 100 * np.percentile(differences, (2.5, 97.5))


# %% right: a loop
def interval(one, other, draws, other_draws):
    differences = [other[b].mean() - one[a].mean() for a, b in zip(draws, other_draws)]
    low, high = np.quantile(differences, [0.025, 0.975])
    return 100 * low, 100 * high
