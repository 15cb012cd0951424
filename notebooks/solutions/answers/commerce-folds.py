# Answers to commerce-folds beside its solution; `workshop lessons check` tries them.

# %% wrong: pictures are dealt out, not makers
def fold_of(makers, count, rng):
    return rng.permutation(np.arange(len(makers)) % count)


# %% wrong: each maker is thrown into any fold
def fold_of(makers, count, rng):
    names = np.unique(makers)
    numbers = dict(zip(names, rng.integers(0, count, len(names))))
    return np.array([numbers[maker] for maker in makers])


# %% wrong: always the same folds, in the order of the alphabet
def fold_of(makers, count, rng):
    names = np.unique(makers)
    return np.searchsorted(names, makers) % count


# %% wrong: one fold for each maker
def fold_of(makers, count, rng):
    names = rng.permutation(np.unique(makers))
    return np.array([np.flatnonzero(names == maker)[0] for maker in makers])


# %% wrong: the chance does not come from rng
def fold_of(makers, count, rng):
    names = np.random.permutation(np.unique(makers))
    numbers = {name: place % count for place, name in enumerate(names)}
    return np.array([numbers[maker] for maker in makers])


# %% wrong: three folds, however many are asked for
def fold_of(makers, count, rng):
    names = rng.permutation(np.unique(makers))
    numbers = {name: place % 3 for place, name in enumerate(names)}
    return np.array([numbers[maker] for maker in makers])


# %% right: by the place of each maker in a dealt order
def fold_of(makers, count, rng):
    names, which = np.unique(makers, return_inverse=True)
    return (rng.permutation(len(names)) % count)[which]


# %% wrong: the pictures that were handed over are shuffled
def fold_of(makers, count, rng):
    rng.shuffle(makers)
    names = list(dict.fromkeys(makers))
    return np.array([names.index(maker) % count for maker in makers])


# %% wrong: numbers with a point
def fold_of(makers, count, rng):
    names = list(rng.permutation(np.unique(makers)))
    return np.array([float(names.index(maker) % count) for maker in makers])


# %% wrong: a list, which equals no number
def fold_of(makers, count, rng):
    names = sorted(set(makers))
    rng.shuffle(names)
    return [names.index(maker) % count for maker in makers]
