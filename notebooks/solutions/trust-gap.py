def calibration_error(sure, right):
    drawers = np.minimum((10 * sure).astype(int), 9)
    total = 0.0
    for drawer in range(10):
        here = drawers == drawer
        total += abs(sure[here].sum() - right[here].sum())
    return total / len(sure)
