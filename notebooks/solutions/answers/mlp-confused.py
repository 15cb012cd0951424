# Answers to mlp-confused beside its solution; `workshop lessons check` tries them.

# %% wrong: only one direction
def most_confused(matrix):
    off = matrix * (1 - np.eye(len(matrix), dtype=int))
    one, other = np.unravel_index(off.argmax(), off.shape)
    return min(one, other), max(one, other)


# %% wrong: the diagonal, where nothing is confused
def most_confused(matrix):
    both = matrix + matrix.T
    one, other = np.unravel_index(both.argmax(), both.shape)
    return min(one, other), max(one, other)


# %% wrong: the larger digit first
def most_confused(matrix):
    both = matrix + matrix.T
    np.fill_diagonal(both, 0)
    one, other = np.unravel_index(both.argmax(), both.shape)
    return max(one, other), min(one, other)


# %% wrong: the matrix loses its diagonal
def most_confused(matrix):
    np.fill_diagonal(matrix, 0)
    one, other = np.unravel_index((matrix + matrix.T).argmax(), matrix.shape)
    return min(one, other), max(one, other)


# %% right: by looking at every pair
def most_confused(matrix):
    pairs = [(one, other) for other in range(len(matrix)) for one in range(other)]
    return max(pairs, key=lambda pair: matrix[pair] + matrix[pair[::-1]])
