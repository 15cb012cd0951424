# Answers to arrays-apart beside its solution; `lessonkit check` tries them.

# %% wrong: squared
def apart(points):
    return ((points[:, None] - points) ** 2).sum(axis=-1)


# %% wrong: along the streets
def apart(points):
    return np.abs(points[:, None] - points).sum(axis=-1)


# %% wrong: along the wrong axis
def apart(points):
    return np.sqrt(((points[:, None] - points) ** 2).sum(axis=0))


# %% right: by the norm
def apart(points):
    return np.linalg.norm(points[:, None] - points, axis=-1)
