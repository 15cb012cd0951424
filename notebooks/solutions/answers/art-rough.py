# Answers to art-rough beside its solution; `workshop lessons check` tries them.

# %% wrong: the differences without the square
def roughness(picture):
    down = picture[:, 1:] - picture[:, :-1]
    right = picture[:, :, 1:] - picture[:, :, :-1]
    return np.mean(np.abs(down)) + np.mean(np.abs(right))


# %% wrong: only neighbours side by side
def roughness(picture):
    return np.mean((picture[:, :, 1:] - picture[:, :, :-1]) ** 2)


# %% wrong: differences with a sign cancel out
def roughness(picture):
    down = picture[:, 1:] - picture[:, :-1]
    right = picture[:, :, 1:] - picture[:, :, :-1]
    return np.mean(down) ** 2 + np.mean(right) ** 2


# %% wrong: the neighbours in the other colours
def roughness(picture):
    down = picture[1:] - picture[:-1]
    right = picture[:, 1:] - picture[:, :-1]
    return np.mean(down**2) + np.mean(right**2)


# %% wrong: the sum instead of the mean
def roughness(picture):
    down = picture[:, 1:] - picture[:, :-1]
    right = picture[:, :, 1:] - picture[:, :, :-1]
    return np.sum(down**2) + np.sum(right**2)


# %% wrong: by numpy's own functions, which do not know expressions
def roughness(picture):
    return sum(np.mean(np.diff(picture, axis=axis) ** 2) for axis in (1, 2))


# %% wrong: neighbours around the edge, too
def roughness(picture):
    return ((picture - np.roll(picture, 1, axis=1)) ** 2).mean() + (
        (picture - np.roll(picture, 1, axis=2)) ** 2
    ).mean()


# %% right: the axes swapped for one of them
def roughness(picture):
    ways = picture, picture.transpose(0, 2, 1)
    steps = [way[:, 1:] - way[:, :-1] for way in ways]
    return sum((step * step).mean() for step in steps)
