# Answers to googlenet-five beside its solution; `workshop lessons check` tries them.

# %% wrong: the five least likely
def best_five(probabilities, names):
    return [names[i] for i in np.argsort(probabilities)[:5]]


# %% wrong: the best five, the best one last
def best_five(probabilities, names):
    return [names[i] for i in np.argsort(probabilities)[-5:]]


# %% wrong: in the order of the list of names
def best_five(probabilities, names):
    return [names[i] for i in sorted(np.argsort(-probabilities)[:5])]


# %% wrong: the second to the sixth
def best_five(probabilities, names):
    return [names[i] for i in np.argsort(-probabilities)[1:6]]


# %% right: by sorting the pairs
def best_five(probabilities, names):
    pairs = sorted(zip(probabilities, names), reverse=True)
    return [name for _, name in pairs[:5]]
