# Answers to gan-slope beside its solution; `workshop lessons check` tries them.

# %% wrong: the length is not squared
def slope(says, points):
    return T.sqrt(T.sqr(T.grad(says.sum(), points)).sum(axis=1)).mean()


# %% wrong: the mean over the coordinates, too
def slope(says, points):
    return T.sqr(T.grad(says.sum(), points)).mean()


# %% wrong: the sum over the points
def slope(says, points):
    return T.sqr(T.grad(says.sum(), points)).sum()


# %% wrong: the gradient of the mean, which is n times too small
def slope(says, points):
    return T.sqr(T.grad(says.mean(), points)).sum(axis=1).mean()


# %% right: the sum of all squares, shared among the points
def slope(says, points):
    gradient = T.grad(says.sum(), points)
    return (gradient**2).sum() / points.shape[0].astype("float32")
