# Answers to arrays-nearest beside its solution; `lessonkit check` tries them.

# %% wrong: itself
def nearest(distances):
    return distances.argmin(axis=1)


# %% wrong: by column
def nearest(distances):
    others = distances.copy()
    np.fill_diagonal(others, np.inf)
    return others.argmin(axis=0)


# %% wrong: in place
def nearest(distances):
    np.fill_diagonal(distances, np.inf)
    return distances.argmin(axis=1)


# %% right: with the diagonal left out
def nearest(distances):
    return np.where(np.eye(len(distances), dtype=bool), np.inf, distances).argmin(axis=1)
