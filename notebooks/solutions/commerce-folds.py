def fold_of(makers, count, rng):
    """makers (n,) of names → (n,) of whole numbers below count."""
    names = rng.permutation(np.unique(makers))
    numbers = {name: place % count for place, name in enumerate(names)}
    return np.array([numbers[maker] for maker in makers])
