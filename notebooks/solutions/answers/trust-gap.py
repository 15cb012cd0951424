# Answers to trust-gap beside its solution; `workshop lessons check` tries them.

# %% wrong: each answer against its own chance
def calibration_error(sure, right):
    return np.abs(sure - right).mean()


# %% wrong: all answers in one drawer
def calibration_error(sure, right):
    return abs(sure.mean() - right.mean())


# %% wrong: the drawers count the same
def calibration_error(sure, right):
    drawers = np.minimum((10 * sure).astype(int), 9)
    gaps = [abs(sure[drawers == one].mean() - right[drawers == one].mean()) for one in np.unique(drawers)]
    return np.mean(gaps)


# %% wrong: 1.0 has a drawer of its own
def calibration_error(sure, right):
    drawers = (10 * sure).astype(int)
    gaps = [abs(sure[drawers == one].sum() - right[drawers == one].sum()) for one in np.unique(drawers)]
    return sum(gaps) / len(sure)


# %% wrong: rounded to the nearest tenth
def calibration_error(sure, right):
    drawers = np.minimum(np.round(10 * sure).astype(int), 9)
    gaps = [abs(sure[drawers == one].sum() - right[drawers == one].sum()) for one in np.unique(drawers)]
    return sum(gaps) / len(sure)


# %% right: by means and weights
def calibration_error(sure, right):
    drawers = np.clip(np.floor(sure * 10), 0, 9)
    total = 0.0
    for drawer in np.unique(drawers):
        here = drawers == drawer
        total += here.mean() * abs(sure[here].mean() - right[here].mean())
    return total


# %% also right
# 4: 10 → 11: no answer lies in an eleventh drawer
