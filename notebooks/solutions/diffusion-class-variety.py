def variety(points, classes):
    """points: (n, 128), classes: (n,) of 0 to 9 → a number, 0 or more."""
    squares = np.zeros(len(points))
    for class_ in np.unique(classes):
        own = points[classes == class_]
        squares[classes == class_] = ((own - own.mean(axis=0)) ** 2).sum(axis=1)
    return float(squares.mean())
