def nearest(known, their_kinds, new):
    """known (n, d), their_kinds (n,), new (m, d) → kinds (m,)."""
    names = np.unique(their_kinds)
    means = np.array([known[their_kinds == name].mean(axis=0) for name in names])
    distances = ((new[:, np.newaxis] - means) ** 2).sum(axis=2)
    return names[distances.argmin(axis=1)]
