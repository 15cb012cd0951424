# Answers to inception-mirror beside its solution; `workshop lessons check` tries them.

# %% wrong: upside down
def mirrored(numbers):
    return numbers[..., ::-1, :]


# %% wrong: the colours are turned
def mirrored(numbers):
    return numbers[:, ::-1]


# %% wrong: the pictures change places
def mirrored(numbers):
    return numbers[::-1]


# %% wrong: turned by half a circle
def mirrored(numbers):
    return numbers[..., ::-1, ::-1]


# %% wrong: moved along by one
def mirrored(numbers):
    return np.roll(numbers, 1, axis=3)


# %% right: by np.flip
def mirrored(numbers):
    return np.flip(numbers, axis=3)
