# Stored answers to names-together; `workshop lessons check` tries them.

# %% wrong: the ordinary mean
def together(one, other):
    return (one + other) / 2


# %% wrong: the rows do not add up to 1
def together(one, other):
    return np.sqrt(one * other)


# %% wrong: the product without the square root
def together(one, other):
    both = one * other
    return both / both.sum(axis=1, keepdims=True)


# %% wrong: divided by the sum of each column
def together(one, other):
    both = np.sqrt(one * other)
    return both / both.sum(axis=0)


# %% wrong: the surer of the two decides
def together(one, other):
    both = np.maximum(one, other)
    return both / both.sum(axis=1, keepdims=True)


# %% right: the mean of the logarithms
def together(one, other):
    both = np.exp((np.log(one) + np.log(other)) / 2)
    return both / both.sum(axis=1)[:, np.newaxis]
