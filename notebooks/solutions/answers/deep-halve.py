# Answers to deep-halve beside its solution; `workshop lessons check` tries them.

# %% wrong: begins with the second row and column
def halve(x):
    half = x[:, :, 1::2, 1::2]
    return T.concatenate([half, 0 * half], axis=1)


# %% wrong: the channels again in place of zeros
def halve(x):
    half = x[:, :, ::2, ::2]
    return T.concatenate([half, half], axis=1)


# %% wrong: zeros in front
def halve(x):
    half = x[:, :, ::2, ::2]
    return T.concatenate([0 * half, half], axis=1)


# %% wrong: twice as many pictures
def halve(x):
    half = x[:, :, ::2, ::2]
    return T.concatenate([half, 0 * half], axis=0)


# %% wrong: no channels added
def halve(x):
    return x[:, :, ::2, ::2]


# %% wrong: two channels are always added
def halve(x):
    half = x[:, :, ::2, ::2]
    return T.concatenate([half, 0 * half[:, :1], 0 * half[:, :1]], axis=1)


# %% right: as one product with a mask of channels
def halve(x):
    twice = T.concatenate([x, T.zeros_like(x)], axis=1)
    return twice[:, :, ::2, ::2]


# %% wrong: the first three rows and five columns only, as many as the example has
def halve(x):
    half = x[:, :, :3:2, :5:2]
    return T.concatenate([half, 0 * half], axis=1)
