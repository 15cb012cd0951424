# Stored answers to names-gradient; `workshop lessons check` tries them.

# %% wrong: downhill
def score_gradient(probabilities, labels):
    truth = np.eye(probabilities.shape[1])[labels]
    return (truth - probabilities) / len(labels)


# %% wrong: the sum over the names
def score_gradient(probabilities, labels):
    return probabilities - np.eye(probabilities.shape[1])[labels]


# %% wrong: the true region alone gets a gradient
def score_gradient(probabilities, labels):
    truth = np.eye(probabilities.shape[1])[labels]
    return (probabilities - 1) * truth / len(labels)


# %% wrong: divided by the number of regions
def score_gradient(probabilities, labels):
    truth = np.eye(probabilities.shape[1])[labels]
    return (probabilities - truth) / probabilities.shape[1]


# %% wrong: the probabilities themselves are changed
def score_gradient(probabilities, labels):
    probabilities[np.arange(len(labels)), labels] -= 1
    return probabilities / len(labels)


# %% right: row by row
def score_gradient(probabilities, labels):
    gradients = []
    for row, label in zip(probabilities, labels):
        gradient = row / len(labels)
        gradient[label] -= 1 / len(labels)
        gradients.append(gradient)
    return np.array(gradients)
