# Stored answers to diffusion-class-variety; `workshop lessons check` tries them.

# %% wrong: from the mean of all classes
def variety(points, classes):
    return float(((points - points.mean(axis=0)) ** 2).sum(axis=1).mean())


# %% wrong: each class counts the same
def variety(points, classes):
    spreads = []
    for class_ in np.unique(classes):
        own = points[classes == class_]
        spreads.append(((own - own.mean(axis=0)) ** 2).sum(axis=1).mean())
    return float(np.mean(spreads))


# %% wrong: the mean over the numbers of a point, too
def variety(points, classes):
    squares = np.zeros(len(points))
    for class_ in np.unique(classes):
        own = points[classes == class_]
        squares[classes == class_] = ((own - own.mean(axis=0)) ** 2).mean(axis=1)
    return float(squares.mean())


# %% wrong: distances that are not squared
def variety(points, classes):
    distances = np.zeros(len(points))
    for class_ in np.unique(classes):
        own = points[classes == class_]
        distances[classes == class_] = np.linalg.norm(own - own.mean(axis=0), axis=1)
    return float(distances.mean())


# %% wrong: one number for each picture
def variety(points, classes):
    squares = np.zeros(len(points))
    for class_ in np.unique(classes):
        own = points[classes == class_]
        squares[classes == class_] = ((own - own.mean(axis=0)) ** 2).sum(axis=1)
    return squares


# %% wrong: the points are moved to their means
def variety(points, classes):
    for class_ in np.unique(classes):
        points[classes == class_] -= points[classes == class_].mean(axis=0)
    return float((points**2).sum(axis=1).mean())


# %% right: by the variances of each class
def variety(points, classes):
    total = 0.0
    for class_ in set(classes.tolist()):
        own = points[classes == class_]
        total += len(own) * own.var(axis=0).sum()
    return total / len(points)
