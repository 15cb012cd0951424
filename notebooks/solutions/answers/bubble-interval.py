# Answers to bubble-interval beside its solution; `workshop lessons check` tries them.

# %% wrong: the standard deviation of a whole population
def interval(scores):
    return np.mean(scores), 1.96 * np.std(scores) / np.sqrt(len(scores))


# %% wrong: the whole width
def interval(scores):
    return np.mean(scores), 2 * 1.96 * np.std(scores, ddof=1) / np.sqrt(len(scores))


# %% wrong: the standard deviation of the scores, not of their mean
def interval(scores):
    return np.mean(scores), 1.96 * np.std(scores, ddof=1)


# %% wrong: divided by n instead of its root
def interval(scores):
    return np.mean(scores), 1.96 * np.std(scores, ddof=1) / len(scores)


# %% wrong: the median instead of the mean
def interval(scores):
    return np.median(scores), 1.96 * np.std(scores, ddof=1) / np.sqrt(len(scores))


# %% right: by the variance
def interval(scores):
    mean, n = sum(scores) / len(scores), len(scores)
    variance = sum((score - mean) ** 2 for score in scores) / (n - 1)
    return mean, 1.96 * (variance / n) ** 0.5


# %% wrong: both ends of the interval
def interval(scores):
    half = 1.96 * np.std(scores, ddof=1) / np.sqrt(len(scores))
    return np.mean(scores) - half, np.mean(scores) + half
