# Answers to names-push beside its solution; `workshop lessons check` tries them.

# %% wrong: downhill
def push(chances, labels):
    truth = np.eye(chances.shape[1])[labels]
    return (truth - chances) / len(labels)


# %% wrong: the sum over the names
def push(chances, labels):
    return chances - np.eye(chances.shape[1])[labels]


# %% wrong: the true region alone is pushed
def push(chances, labels):
    truth = np.eye(chances.shape[1])[labels]
    return (chances - 1) * truth / len(labels)


# %% wrong: divided by the number of regions
def push(chances, labels):
    truth = np.eye(chances.shape[1])[labels]
    return (chances - truth) / chances.shape[1]


# %% wrong: the chances themselves are changed
def push(chances, labels):
    chances[np.arange(len(labels)), labels] -= 1
    return chances / len(labels)


# %% right: row by row
def push(chances, labels):
    slopes = []
    for row, label in zip(chances, labels):
        slope = row / len(labels)
        slope[label] -= 1 / len(labels)
        slopes.append(slope)
    return np.array(slopes)
