# Stored answers to trust-gap; `workshop lessons check` tries them.

# %% wrong: each answer against its own confidence
def calibration_error(confidence, correct):
    return np.abs(confidence - correct).mean()


# %% wrong: all answers in one bin
def calibration_error(confidence, correct):
    return abs(confidence.mean() - correct.mean())


# %% wrong: the bins count the same
def calibration_error(confidence, correct):
    bins = np.minimum((10 * confidence).astype(int), 9)
    gaps = [abs(confidence[bins == one].mean() - correct[bins == one].mean()) for one in np.unique(bins)]
    return np.mean(gaps)


# %% wrong: 1.0 has a bin of its own
def calibration_error(confidence, correct):
    bins = (10 * confidence).astype(int)
    gaps = [abs(confidence[bins == one].sum() - correct[bins == one].sum()) for one in np.unique(bins)]
    return sum(gaps) / len(confidence)


# %% wrong: rounded to the nearest tenth
def calibration_error(confidence, correct):
    bins = np.minimum(np.round(10 * confidence).astype(int), 9)
    gaps = [abs(confidence[bins == one].sum() - correct[bins == one].sum()) for one in np.unique(bins)]
    return sum(gaps) / len(confidence)


# %% right: by means and weights
def calibration_error(confidence, correct):
    bins = np.clip(np.floor(confidence * 10), 0, 9)
    total = 0.0
    for bin_number in np.unique(bins):
        here = bins == bin_number
        total += here.mean() * abs(confidence[here].mean() - correct[here].mean())
    return total


# %% also right
# 4: 10 → 11: no answer lies in an eleventh bin
