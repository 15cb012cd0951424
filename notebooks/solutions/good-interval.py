def interval(one, other, draws, other_draws):
    """one: (n,), other: (m,), draws: (b, n), other_draws: (b, m) → (low, high), in points."""
    differences = other[other_draws].mean(axis=1) - one[draws].mean(axis=1)
    return 100 * np.percentile(differences, (2.5, 97.5))
