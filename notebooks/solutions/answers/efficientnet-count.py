# Answers to efficientnet-count beside its solution; `workshop lessons check` tries them.

# %% wrong: the second step is forgotten
def numbers_of(channels, filters, size):
    return filters * size**2 * channels, channels * size**2


# %% wrong: a filter of the first step for each of the second
def numbers_of(channels, filters, size):
    return filters * size**2 * channels, filters * size**2 + filters * channels


# %% wrong: the filters are lines
def numbers_of(channels, filters, size):
    return filters * size * channels, channels * size + filters * channels


# %% wrong: each filter of the usual layer sees one channel
def numbers_of(channels, filters, size):
    return filters * size**2, channels * size**2 + filters * channels


# %% right: with the common factor in front
def numbers_of(channels, filters, size):
    return channels * filters * size**2, channels * (size**2 + filters)
