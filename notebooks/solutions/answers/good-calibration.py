# Stored answers to good-calibration; `workshop lessons check` tries them.

# %% wrong: each prediction against its own confidence
def calibration_error(confidence, correct):
    return np.abs(confidence - correct).mean()


# %% wrong: all predictions in one bin
def calibration_error(confidence, correct):
    return abs(confidence.mean() - correct.mean())


# %% wrong: each bin counts the same
def calibration_error(confidence, correct):
    places = np.minimum((10 * confidence).astype(int), 9)
    bins = [places == one for one in np.unique(places)]
    return np.mean([abs(confidence[one].mean() - correct[one].mean()) for one in bins])


# %% wrong: 1.0 has a bin of its own
def calibration_error(confidence, correct):
    places = (10 * confidence).astype(int)
    gaps = [abs(confidence[places == one].sum() - correct[places == one].sum()) for one in np.unique(places)]
    return sum(gaps) / len(confidence)


# %% wrong: rounded to the nearest tenth
def calibration_error(confidence, correct):
    places = np.minimum(np.round(10 * confidence).astype(int), 9)
    gaps = [abs(confidence[places == one].sum() - correct[places == one].sum()) for one in np.unique(places)]
    return sum(gaps) / len(confidence)


# %% wrong: the mean of an empty bin is not a number
def calibration_error(confidence, correct):
    places = np.minimum((10 * confidence).astype(int), 9)
    total = 0.0
    with np.errstate(invalid="ignore"):
        for place in range(10):
            here = places == place
            total += here.mean() * abs(correct[here].sum() - confidence[here].sum()) / np.float64(here.sum())
    return total


# %% right: by sums
def calibration_error(confidence, correct):
    places = np.minimum((10 * confidence).astype(int), 9)
    gaps = np.bincount(places, correct, 10) - np.bincount(places, confidence, 10)
    return np.abs(gaps).sum() / len(confidence)
