# Stored answers to good-groups; `workshop lessons check` tries them.

# %% wrong: people are held out, not groups
def hold_out(groups, fraction, rng):
    return rng.random(len(groups)) < fraction


# %% wrong: a fraction of the groups, not of the people
def hold_out(groups, fraction, rng):
    names = np.unique(groups)
    return np.isin(groups, rng.choice(names, round(fraction * len(names)), replace=False))


# %% wrong: the first in the alphabet, not at random
def hold_out(groups, fraction, rng):
    held_out = np.zeros(len(groups), dtype=bool)
    for group in np.unique(groups):
        if held_out.mean() >= fraction:
            break
        held_out |= groups == group
    return held_out


# %% wrong: stops before the fraction is reached
def hold_out(groups, fraction, rng):
    held_out = np.zeros(len(groups), dtype=bool)
    for group in rng.permutation(np.unique(groups)):
        more = held_out | (groups == group)
        if more.mean() >= fraction:
            break
        held_out = more
    return held_out


# %% wrong: True for those that stay
def hold_out(groups, fraction, rng):
    held_out = np.zeros(len(groups), dtype=bool)
    for group in rng.permutation(np.unique(groups)):
        if held_out.mean() >= fraction:
            break
        held_out |= groups == group
    return ~held_out


# %% wrong: a random order of its own, which no seed repeats
def hold_out(groups, fraction, rng):
    held_out = np.zeros(len(groups), dtype=bool)
    for group in np.random.default_rng().permutation(np.unique(groups)):
        if held_out.mean() >= fraction:
            break
        held_out |= groups == group
    return held_out


# %% right: by cumulative sums
def hold_out(groups, fraction, rng):
    names, places, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    order = rng.permutation(len(names))
    enough = 1 + np.argmax(np.cumsum(sizes[order]) >= fraction * len(groups))
    return np.isin(places, order[:enough])
