def slope(scores, points):
    """scores: a vector computed from points, points: (n, d) → the mean squared length of the gradients."""
    gradient = T.grad(scores.sum(), points)
    return T.sqr(gradient).sum(axis=1).mean()
