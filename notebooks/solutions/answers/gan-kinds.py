# Answers to gan-kinds beside its solution; `workshop lessons check` tries them.

# %% wrong: every kind that comes counts one
def kinds(labels):
    return float(len(np.unique(labels)))


# %% wrong: the entropy itself
def kinds(labels):
    shares = np.unique(labels, return_counts=True)[1] / len(labels)
    return float(-(shares * np.log(shares)).sum())


# %% wrong: without the minus sign
def kinds(labels):
    shares = np.unique(labels, return_counts=True)[1] / len(labels)
    return float(np.exp((shares * np.log(shares)).sum()))


# %% wrong: kinds that never come make it not a number
def kinds(labels):
    shares = np.bincount(labels) / len(labels)
    return float(np.exp(-(shares * np.log(shares)).sum()))


# %% wrong: one over the largest share
def kinds(labels):
    return float(len(labels) / np.bincount(labels).max())


# %% wrong: rare kinds do not count
def kinds(labels):
    shares = np.bincount(labels) / len(labels)
    shares = shares[shares > 0.05]
    return float(np.exp(-(shares * np.log(shares)).sum()))


# %% right: a product of powers
def kinds(labels):
    shares = np.unique(labels, return_counts=True)[1] / len(labels)
    return float(np.prod(shares**-shares))
