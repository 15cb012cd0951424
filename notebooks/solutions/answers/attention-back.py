# Answers to attention-back beside its solution; `workshop lessons check` tries them.

# %% wrong: one step ahead
def one_back(n):
    return np.eye(n, k=1)


# %% wrong: the first place turns into the last
def one_back(n):
    return np.roll(np.eye(n), -1, axis=1)


# %% wrong: it stays where it is
def one_back(n):
    return np.eye(n)


# %% wrong: all places before, not only the last
def one_back(n):
    return np.tril(np.ones((n, n)), -1)


# %% wrong: a place less
def one_back(n):
    return np.eye(n)[1:]


# %% right: place by place
def one_back(n):
    matrix = np.zeros((n, n))
    for place in range(1, n):
        matrix[place, place - 1] = 1
    return matrix
