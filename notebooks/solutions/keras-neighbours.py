def neighbours(points, place, count):
    distances = np.sqrt(((points - points[place]) ** 2).sum(axis=1))
    distances[place] = np.inf
    return np.argsort(distances)[:count]
