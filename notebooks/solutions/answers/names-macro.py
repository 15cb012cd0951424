# Stored answers to names-macro; `workshop lessons check` tries them.

# %% wrong: the share of all people
def macro_accuracy(labels, predictions):
    return np.mean(labels == predictions)


# %% wrong: by what was said instead of what is true
def macro_accuracy(labels, predictions):
    return np.mean([np.mean(labels[predictions == region] == region) for region in np.unique(predictions)])


# %% wrong: regions that do not occur count as well
def macro_accuracy(labels, predictions):
    shares = [np.sum((labels == region) & (predictions == region)) for region in range(labels.max() + 1)]
    return np.sum(shares / np.maximum(np.bincount(labels), 1)) / (labels.max() + 1)


# %% wrong: the worst region instead of the mean
def macro_accuracy(labels, predictions):
    return min(np.mean(predictions[labels == region] == region) for region in np.unique(labels))


# %% wrong: the middle region instead of the mean
def macro_accuracy(labels, predictions):
    return np.median([np.mean(predictions[labels == r] == r) for r in np.unique(labels)])


# %% wrong: the first and the last region only
def macro_accuracy(labels, predictions):
    return np.mean([np.mean(predictions[labels == r] == r) for r in (labels.min(), labels.max())])


# %% wrong: regions that were said but do not occur count as well, as nothing
def macro_accuracy(labels, predictions):
    return np.mean([np.mean(predictions[labels == r] == r) for r in sorted(set(labels) | set(predictions))])


# %% right: each person weighs as little as the region is large
def macro_accuracy(labels, predictions):
    _, place, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    return np.sum((labels == predictions) / sizes[place]) / len(sizes)
