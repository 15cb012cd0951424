# Answers to residual-factor beside its solution; `workshop lessons check` tries them.

# %% wrong: all steps together
def factor(sizes):
    return sizes[-1] / sizes[0]


# %% wrong: as many roots as blocks, not as steps
def factor(sizes):
    return (sizes[-1] / sizes[0]) ** (1 / len(sizes))


# %% wrong: the mean of the factors
def factor(sizes):
    return np.mean(sizes[1:] / sizes[:-1])


# %% wrong: from the last to the first
def factor(sizes):
    return (sizes[0] / sizes[-1]) ** (1 / (len(sizes) - 1))


# %% wrong: only the last step
def factor(sizes):
    return sizes[-1] / sizes[-2]


# %% right: by logarithms
def factor(sizes):
    return np.exp(np.diff(np.log(sizes)).mean())
