def calibration_error(confidence, correct):
    """confidence: (n,) from 0 to 1, correct: (n,) of True and False → a number."""
    places = np.minimum((10 * confidence).astype(int), 9)
    total = 0.0
    for place in np.unique(places):
        here = places == place
        total += here.mean() * abs(correct[here].mean() - confidence[here].mean())
    return total
