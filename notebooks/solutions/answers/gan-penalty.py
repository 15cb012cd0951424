# Stored answers to gan-penalty; `workshop lessons check` tries them.

# %% wrong: the length is not squared
def gradient_penalty(logits, points):
    return T.sqrt(T.sqr(T.grad(logits.sum(), points)).sum(axis=1)).mean()


# %% wrong: the mean over the coordinates, too
def gradient_penalty(logits, points):
    return T.sqr(T.grad(logits.sum(), points)).mean()


# %% wrong: the sum over the points
def gradient_penalty(logits, points):
    return T.sqr(T.grad(logits.sum(), points)).sum()


# %% wrong: the gradient of the mean, which is n times too small
def gradient_penalty(logits, points):
    return T.sqr(T.grad(logits.mean(), points)).sum(axis=1).mean()


# %% wrong: the first coordinate and the last
def gradient_penalty(logits, points):
    g = T.grad(logits.sum(), points)
    return (g[:, 0] ** 2 + g[:, -1] ** 2).mean()


# %% wrong: a number for each point
def gradient_penalty(logits, points):
    return T.sqr(T.grad(logits.sum(), points)).sum(axis=1)


# %% right: the sum of all squares, shared among the points
def gradient_penalty(logits, points):
    gradient = T.grad(logits.sum(), points)
    return (gradient**2).sum() / points.shape[0].astype("float32")
