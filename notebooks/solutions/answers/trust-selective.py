# Stored answers to trust-selective; `workshop lessons check` tries them.

# %% wrong: just the threshold is not enough
def selective(probabilities, labels, threshold):
    answered = probabilities.max(axis=1) > threshold
    if not answered.any():
        return 0.0, 1.0
    return answered.mean(), (probabilities.argmax(axis=1) == labels)[answered].mean()


# %% wrong: the fraction of right answers among all names
def selective(probabilities, labels, threshold):
    answered = probabilities.max(axis=1) >= threshold
    if not answered.any():
        return 0.0, 1.0
    return answered.mean(), np.mean(answered & (probabilities.argmax(axis=1) == labels))


# %% wrong: the probability of the true label instead of the largest
def selective(probabilities, labels, threshold):
    answered = probabilities[np.arange(len(labels)), labels] >= threshold
    if not answered.any():
        return 0.0, 1.0
    return answered.mean(), (probabilities.argmax(axis=1) == labels)[answered].mean()


# %% wrong: no answers count as accuracy 0
def selective(probabilities, labels, threshold):
    answered = probabilities.max(axis=1) >= threshold
    right = probabilities.argmax(axis=1) == labels
    return answered.mean(), (answered & right).sum() / max(1, answered.sum())


# %% right: with a loop
def selective(probabilities, labels, threshold):
    given = [(row.argmax(), label) for row, label in zip(probabilities, labels) if max(row) >= threshold]
    if not given:
        return 0.0, 1.0
    return len(given) / len(labels), sum(answer == label for answer, label in given) / len(given)
