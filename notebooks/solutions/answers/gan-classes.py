# Stored answers to gan-classes; `workshop lessons check` tries them.

# %% wrong: every class that comes counts one
def effective_classes(labels):
    return float(len(np.unique(labels)))


# %% wrong: the entropy itself
def effective_classes(labels):
    fractions = np.unique(labels, return_counts=True)[1] / len(labels)
    return float(-(fractions * np.log(fractions)).sum())


# %% wrong: without the minus sign
def effective_classes(labels):
    fractions = np.unique(labels, return_counts=True)[1] / len(labels)
    return float(np.exp((fractions * np.log(fractions)).sum()))


# %% wrong: classes that never come make it not a number
def effective_classes(labels):
    fractions = np.bincount(labels) / len(labels)
    return float(np.exp(-(fractions * np.log(fractions)).sum()))


# %% wrong: one over the largest fraction
def effective_classes(labels):
    return float(len(labels) / np.bincount(labels).max())


# %% wrong: rare classes do not count
def effective_classes(labels):
    fractions = np.bincount(labels) / len(labels)
    fractions = fractions[fractions > 0.05]
    return float(np.exp(-(fractions * np.log(fractions)).sum()))


# %% right: a product of powers
def effective_classes(labels):
    fractions = np.unique(labels, return_counts=True)[1] / len(labels)
    return float(np.prod(fractions**-fractions))
