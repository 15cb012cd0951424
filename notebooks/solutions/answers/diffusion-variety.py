# Answers to diffusion-variety beside its solution; `workshop lessons check` tries them.

# %% wrong: from the mean of all kinds
def variety(points, kinds):
    return float(((points - points.mean(axis=0)) ** 2).sum(axis=1).mean())


# %% wrong: each kind counts the same
def variety(points, kinds):
    spreads = []
    for kind in np.unique(kinds):
        own = points[kinds == kind]
        spreads.append(((own - own.mean(axis=0)) ** 2).sum(axis=1).mean())
    return float(np.mean(spreads))


# %% wrong: the mean over the numbers of a point, too
def variety(points, kinds):
    squares = np.zeros(len(points))
    for kind in np.unique(kinds):
        own = points[kinds == kind]
        squares[kinds == kind] = ((own - own.mean(axis=0)) ** 2).mean(axis=1)
    return float(squares.mean())


# %% wrong: distances that are not squared
def variety(points, kinds):
    distances = np.zeros(len(points))
    for kind in np.unique(kinds):
        own = points[kinds == kind]
        distances[kinds == kind] = np.linalg.norm(own - own.mean(axis=0), axis=1)
    return float(distances.mean())


# %% wrong: one number for each picture
def variety(points, kinds):
    squares = np.zeros(len(points))
    for kind in np.unique(kinds):
        own = points[kinds == kind]
        squares[kinds == kind] = ((own - own.mean(axis=0)) ** 2).sum(axis=1)
    return squares


# %% wrong: the points are moved to their means
def variety(points, kinds):
    for kind in np.unique(kinds):
        points[kinds == kind] -= points[kinds == kind].mean(axis=0)
    return float((points**2).sum(axis=1).mean())


# %% right: by the variances of each kind
def variety(points, kinds):
    total = 0.0
    for kind in set(kinds.tolist()):
        own = points[kinds == kind]
        total += len(own) * own.var(axis=0).sum()
    return total / len(points)
