# Answers to googlenet-reduce beside its solution; `workshop lessons check` tries them.

# %% wrong: the filters see one channel after the reduction
def weights_of(channels, filters, size, reduced=None):
    if reduced is None:
        return channels * filters * size**2
    return channels * reduced + filters * size**2


# %% wrong: the reduction costs nothing
def weights_of(channels, filters, size, reduced=None):
    return (channels if reduced is None else reduced) * filters * size**2


# %% wrong: a filter is a line, not a square
def weights_of(channels, filters, size, reduced=None):
    if reduced is None:
        return channels * filters * size
    return channels * reduced + reduced * filters * size


# %% wrong: the filters still see all channels
def weights_of(channels, filters, size, reduced=None):
    if reduced is None:
        return channels * filters * size**2
    return channels * reduced + channels * filters * size**2


# %% wrong: a filter is always 5 × 5
def weights_of(channels, filters, size, reduced=None):
    if reduced is None:
        return channels * filters * 25
    return channels * reduced + reduced * filters * 25


# %% right: the reduction is a layer like any other
def weights_of(channels, filters, size, reduced=None):
    if reduced:
        return weights_of(channels, reduced, 1) + weights_of(reduced, filters, size)
    return filters * channels * size**2
