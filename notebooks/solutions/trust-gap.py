def calibration_error(confidence, correct):
    bins = np.minimum((10 * confidence).astype(int), 9)
    total = 0.0
    for bin_number in range(10):
        here = bins == bin_number
        total += abs(confidence[here].sum() - correct[here].sum())
    return total / len(confidence)
