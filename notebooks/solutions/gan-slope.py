def slope(says, points):
    """says: a vector made from points, points: (n, d) → the mean squared length of its gradient."""
    gradient = T.grad(says.sum(), points)
    return T.sqr(gradient).sum(axis=1).mean()
