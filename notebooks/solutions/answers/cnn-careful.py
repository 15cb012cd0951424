# Answers to cnn-careful beside its solution; `workshop lessons check` tries them.

# %% wrong: it always says 0 when it is sure
def careful(probabilities, least=0.9):
    return 0 if np.max(probabilities) >= least else None


# %% wrong: the limit itself is not enough
def careful(probabilities, least=0.9):
    return int(np.argmax(probabilities)) if np.max(probabilities) > least else None


# %% wrong: least is ignored
def careful(probabilities, least=0.9):
    return int(np.argmax(probabilities)) if np.max(probabilities) >= 0.9 else None


# %% wrong: -1 instead of None
def careful(probabilities, least=0.9):
    return int(np.argmax(probabilities)) if np.max(probabilities) >= least else -1


# %% right: by looking up the best one
def careful(probabilities, least=0.9):
    best = int(np.argsort(probabilities)[-1])
    if probabilities[best] < least:
        return None
    return best
