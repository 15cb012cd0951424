def apart(points):
    steps = points[:, None] - points
    return np.sqrt((steps**2).sum(axis=-1))
