# Answers to keras-dead beside its solution; `workshop lessons check` tries them.

# %% wrong: all zeros are counted
def dead(responses):
    return int(np.sum(responses == 0))


# %% wrong: silent on one picture is enough
def dead(responses):
    return int(np.sum((responses == 0).any(axis=0)))


# %% wrong: pictures are counted instead of neurons
def dead(responses):
    return int(np.sum((responses == 0).all(axis=1)))


# %% wrong: the living are counted
def dead(responses):
    return int(np.sum((responses != 0).any(axis=0)))


# %% wrong: those that whisper count as silent
def dead(responses):
    return int(np.sum((responses < 0.1).all(axis=0)))


# %% wrong: those that are silent on average
def dead(responses):
    return int(np.sum(responses.mean(axis=0) < 0.1))


# %% wrong: which, not how many
def dead(responses):
    return np.flatnonzero((responses == 0).all(axis=0))


# %% right: the largest response is 0
def dead(responses):
    return sum(1 for neuron in responses.T if not neuron.any())
