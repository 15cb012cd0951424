# Answers to gan-slope beside its solution; `workshop lessons check` tries them.

# %% wrong: the length is not squared
def slope(scores, points):
    return T.sqrt(T.sqr(T.grad(scores.sum(), points)).sum(axis=1)).mean()


# %% wrong: the mean over the coordinates, too
def slope(scores, points):
    return T.sqr(T.grad(scores.sum(), points)).mean()


# %% wrong: the sum over the points
def slope(scores, points):
    return T.sqr(T.grad(scores.sum(), points)).sum()


# %% wrong: the gradient of the mean, which is n times too small
def slope(scores, points):
    return T.sqr(T.grad(scores.mean(), points)).sum(axis=1).mean()


# %% wrong: the first coordinate and the last
def slope(scores, points):
    g = T.grad(scores.sum(), points)
    return (g[:, 0] ** 2 + g[:, -1] ** 2).mean()


# %% wrong: a number for each point
def slope(scores, points):
    return T.sqr(T.grad(scores.sum(), points)).sum(axis=1)


# %% right: the sum of all squares, shared among the points
def slope(scores, points):
    gradient = T.grad(scores.sum(), points)
    return (gradient**2).sum() / points.shape[0].astype("float32")
