# Answers to trust-silence beside its solution; `workshop lessons check` tries them.

# %% wrong: just the limit is not enough
def with_silence(chances, labels, limit):
    speaks = chances.max(axis=1) > limit
    if not speaks.any():
        return 0.0, 1.0
    return speaks.mean(), (chances.argmax(axis=1) == labels)[speaks].mean()


# %% wrong: the share of right answers among all names
def with_silence(chances, labels, limit):
    speaks = chances.max(axis=1) >= limit
    if not speaks.any():
        return 0.0, 1.0
    return speaks.mean(), np.mean(speaks & (chances.argmax(axis=1) == labels))


# %% wrong: the chance of the true label is asked, not the largest
def with_silence(chances, labels, limit):
    speaks = chances[np.arange(len(labels)), labels] >= limit
    if not speaks.any():
        return 0.0, 1.0
    return speaks.mean(), (chances.argmax(axis=1) == labels)[speaks].mean()


# %% wrong: nobody answered is nobody right
def with_silence(chances, labels, limit):
    speaks = chances.max(axis=1) >= limit
    right = chances.argmax(axis=1) == labels
    return speaks.mean(), (speaks & right).sum() / max(1, speaks.sum())


# %% right: with a loop
def with_silence(chances, labels, limit):
    given = [(row.argmax(), label) for row, label in zip(chances, labels) if max(row) >= limit]
    if not given:
        return 0.0, 1.0
    return len(given) / len(labels), sum(answer == label for answer, label in given) / len(given)
