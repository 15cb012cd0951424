def variety(points, kinds):
    """points: (n, 128), kinds: (n,) of 0 to 9 → a number, 0 or more."""
    squares = np.zeros(len(points))
    for kind in np.unique(kinds):
        own = points[kinds == kind]
        squares[kinds == kind] = ((own - own.mean(axis=0)) ** 2).sum(axis=1)
    return float(squares.mean())
