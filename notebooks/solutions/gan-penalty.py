def gradient_penalty(logits, points):
    """logits: a vector computed from points, points: (n, d) → the mean squared length of the gradients."""
    gradient = T.grad(logits.sum(), points)
    return T.sqr(gradient).sum(axis=1).mean()
