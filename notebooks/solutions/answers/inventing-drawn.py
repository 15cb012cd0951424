# Answers to inventing-drawn beside its solution; `workshop lessons check` tries them.

# %% wrong: the likeliest letter
def drawn(chances, luck):
    return chances.argmax(axis=1)


# %% wrong: the first letter that is likelier than luck
def drawn(chances, luck):
    return (chances > luck[:, np.newaxis]).argmax(axis=1)


# %% wrong: an end belongs to the piece before
def drawn(chances, luck):
    return (luck[:, np.newaxis] > chances.cumsum(axis=1)[:, :-1]).sum(axis=1)


# %% wrong: pieces of the same length
def drawn(chances, luck):
    return (luck * chances.shape[1]).astype(int)


# %% wrong: summed over the names
def drawn(chances, luck):
    return (luck[:, np.newaxis] >= chances.cumsum(axis=0)[:, :-1]).sum(axis=1)


# %% right: the first end behind luck
def drawn(chances, luck):
    ends = chances.cumsum(axis=1)
    ends[:, -1] = 2
    return (ends > luck[:, np.newaxis]).argmax(axis=1)
