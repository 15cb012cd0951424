# Stored answers to inventing-sample; `workshop lessons check` tries them.

# %% wrong: the likeliest letter
def sample_letters(probabilities, uniform):
    return probabilities.argmax(axis=1)


# %% wrong: the first letter that is likelier than uniform
def sample_letters(probabilities, uniform):
    return (probabilities > uniform[:, np.newaxis]).argmax(axis=1)


# %% wrong: an end belongs to the piece before
def sample_letters(probabilities, uniform):
    return (uniform[:, np.newaxis] > probabilities.cumsum(axis=1)[:, :-1]).sum(axis=1)


# %% wrong: pieces of the same length
def sample_letters(probabilities, uniform):
    return (uniform * probabilities.shape[1]).astype(int)


# %% wrong: summed over the names
def sample_letters(probabilities, uniform):
    return (uniform[:, np.newaxis] >= probabilities.cumsum(axis=0)[:, :-1]).sum(axis=1)


# %% right: the first end behind uniform
def sample_letters(probabilities, uniform):
    ends = probabilities.cumsum(axis=1)
    ends[:, -1] = 2
    return (ends > uniform[:, np.newaxis]).argmax(axis=1)
