# Answers to inception-thin beside its solution; `workshop lessons check` tries them.

# %% wrong: one filter instead of one a channel
def weights_of(channels, size):
    return size * size * channels, 2 * size * channels


# %% wrong: only one of the two thin layers
def weights_of(channels, size):
    return size * size * channels**2, size * channels**2


# %% wrong: the thin ones are still squares
def weights_of(channels, size):
    return size * size * channels**2, 2 * channels * size**2


# %% wrong: the second thin layer sees one channel
def weights_of(channels, size):
    return size * size * channels**2, size * channels**2 + size * channels


# %% right: each thin layer for itself
def weights_of(channels, size):
    pairs = channels**2
    return pairs * size**2, sum(pairs * height * width for height, width in ((1, size), (size, 1)))
