# Answers to pong-interval beside its solution; `workshop lessons check` tries them.

# %% wrong: as for many values
def interval(values):
    return np.mean(values), 1.96 * np.std(values, ddof=1) / len(values) ** 0.5


# %% wrong: the standard deviation of one value
def interval(values):
    return np.mean(values), STUDENT[len(values)] * np.std(values, ddof=1)


# %% wrong: the standard deviation divided by n
def interval(values):
    return np.mean(values), STUDENT[len(values)] * np.std(values) / len(values) ** 0.5


# %% wrong: the whole interval
def interval(values):
    return np.mean(values), 2 * STUDENT[len(values)] * np.std(values, ddof=1) / len(values) ** 0.5


# %% right: by the sum of squares
def interval(values):
    count, mean = len(values), sum(values) / len(values)
    variance = sum((value - mean) ** 2 for value in values) / (count - 1)
    return mean, STUDENT[count] * (variance / count) ** 0.5


# %% wrong: both ends
def interval(values):
    half = STUDENT[len(values)] * np.std(values, ddof=1) / len(values) ** 0.5
    return np.mean(values) - half, np.mean(values) + half
