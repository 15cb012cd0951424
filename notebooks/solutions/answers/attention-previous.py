# Stored answers to attention-previous; `workshop lessons check` tries them.

# %% wrong: one step ahead
def previous(n):
    return torch.ones(n - 1).diag(1)


# %% wrong: the first position turns into the last
def previous(n):
    return torch.eye(n).roll(-1, dims=1)


# %% wrong: it stays where it is
def previous(n):
    return torch.eye(n)


# %% wrong: all earlier positions, not only the last
def previous(n):
    return torch.ones(n, n).tril(-1)


# %% wrong: a position is missing
def previous(n):
    return torch.eye(n)[1:]


# %% wrong: an array of NumPy
def previous(n):
    return np.eye(n, k=-1)


# %% right: position by position
def previous(n):
    matrix = torch.zeros(n, n)
    for position in range(1, n):
        matrix[position, position - 1] = 1
    return matrix
