# Answers to keras-neighbours beside its solution; `workshop lessons check` tries them.

# %% wrong: the point itself is the nearest
def neighbours(points, place, count):
    distances = np.sqrt(((points - points[place]) ** 2).sum(axis=1))
    return np.argsort(distances)[:count]


# %% wrong: the farthest
def neighbours(points, place, count):
    distances = np.sqrt(((points - points[place]) ** 2).sum(axis=1))
    distances[place] = -1
    return np.argsort(-distances)[:count]


# %% wrong: differences along the axes are added, without squares
def neighbours(points, place, count):
    distances = np.abs(points - points[place]).sum(axis=1)
    distances[place] = np.inf
    return np.argsort(distances)[:count]


# %% wrong: in the order in which they stand, not by distance
def neighbours(points, place, count):
    distances = np.sqrt(((points - points[place]) ** 2).sum(axis=1))
    distances[place] = np.inf
    return np.sort(np.argsort(distances)[:count])


# %% wrong: the points themselves instead of their positions
def neighbours(points, place, count):
    order = np.argsort(np.linalg.norm(points - points[place], axis=1))
    return points[order[order != place][:count]]


# %% wrong: the point itself is moved away in the table
def neighbours(points, place, count):
    here = points[place].copy()
    points[place] = 1e9
    return np.argsort(np.linalg.norm(points - here, axis=1))[:count]


# %% right: sorted in Python
def neighbours(points, place, count):
    others = [other for other in range(len(points)) if other != place]
    others.sort(key=lambda other: np.linalg.norm(points[other] - points[place]))
    return np.array(others[:count])
