# Answers to names-macro beside its solution; `workshop lessons check` tries them.

# %% wrong: the share of all people
def macro_accuracy(truth, answers):
    return np.mean(truth == answers)


# %% wrong: by what was said instead of what is true
def macro_accuracy(truth, answers):
    return np.mean([np.mean(truth[answers == region] == region) for region in np.unique(answers)])


# %% wrong: regions that do not occur count as well
def macro_accuracy(truth, answers):
    shares = [np.sum((truth == region) & (answers == region)) for region in range(truth.max() + 1)]
    return np.sum(shares / np.maximum(np.bincount(truth), 1)) / (truth.max() + 1)


# %% wrong: the worst region instead of the mean
def macro_accuracy(truth, answers):
    return min(np.mean(answers[truth == region] == region) for region in np.unique(truth))


# %% wrong: the middle region instead of the mean
def macro_accuracy(truth, answers):
    return np.median([np.mean(answers[truth == r] == r) for r in np.unique(truth)])


# %% wrong: the first and the last region only
def macro_accuracy(truth, answers):
    return np.mean([np.mean(answers[truth == r] == r) for r in (truth.min(), truth.max())])


# %% wrong: regions that were said but do not occur count as well, as nothing
def macro_accuracy(truth, answers):
    return np.mean([np.mean(answers[truth == r] == r) for r in sorted(set(truth) | set(answers))])


# %% right: each person weighs as little as the region is large
def macro_accuracy(truth, answers):
    _, place, sizes = np.unique(truth, return_inverse=True, return_counts=True)
    return np.sum((truth == answers) / sizes[place]) / len(sizes)
