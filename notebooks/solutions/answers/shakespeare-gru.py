# Answers to shakespeare-gru beside its solution; `workshop lessons check` tries them.

# %% wrong: z is the wrong way round
def sigma(x):
    return 1 / (1 + np.exp(-x))


def gru(told, heard, h):
    r, z = sigma(told[0] + heard[0]), sigma(told[1] + heard[1])
    return z * np.tanh(told[2] + r * heard[2]) + (1 - z) * h


# %% wrong: r gates what is told as well
def sigma(x):
    return 1 / (1 + np.exp(-x))


def gru(told, heard, h):
    r, z = sigma(told[0] + heard[0]), sigma(told[1] + heard[1])
    return (1 - z) * np.tanh(r * (told[2] + heard[2])) + z * h


# %% wrong: the gates do not hear the old state
def sigma(x):
    return 1 / (1 + np.exp(-x))


def gru(told, heard, h):
    r, z = sigma(told[0]), sigma(told[1])
    return (1 - z) * np.tanh(told[2] + r * heard[2]) + z * h


# %% wrong: n is squeezed like a gate
def sigma(x):
    return 1 / (1 + np.exp(-x))


def gru(told, heard, h):
    r, z = sigma(told[0] + heard[0]), sigma(told[1] + heard[1])
    return (1 - z) * sigma(told[2] + r * heard[2]) + z * h


# %% wrong: r and z are mixed up
def sigma(x):
    return 1 / (1 + np.exp(-x))


def gru(told, heard, h):
    z, r = sigma(told[0] + heard[0]), sigma(told[1] + heard[1])
    return (1 - z) * np.tanh(told[2] + r * heard[2]) + z * h


# %% wrong: the old state is changed in place
def sigma(x):
    return 1 / (1 + np.exp(-x))


def gru(told, heard, h):
    r, z = sigma(told[0] + heard[0]), sigma(told[1] + heard[1])
    n = np.tanh(told[2] + r * heard[2])
    h *= z
    h += (1 - z) * n
    return h


# %% right: a step from the old state towards the new one
def sigma(x):
    return (1 + np.tanh(x / 2)) / 2


def gru(told, heard, h):
    reset, keep = (sigma(told[gate] + heard[gate]) for gate in (0, 1))
    new = np.tanh(told[2] + reset * heard[2])
    return new + keep * (h - new)
