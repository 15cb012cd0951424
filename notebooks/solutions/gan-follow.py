def follow(average, weight, pace):
    """average and weight: arrays of one shape, pace: from 0 to 1 → the new average."""
    return average + pace * (weight - average)
