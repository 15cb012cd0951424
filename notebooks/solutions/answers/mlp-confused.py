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


# %% wrong: by the share of the row, not by number
def most_confused(matrix):
    shares = matrix / matrix.sum(axis=1, keepdims=True)
    both = shares + shares.T
    np.fill_diagonal(both, 0)
    one, other = np.unravel_index(both.argmax(), both.shape)
    return min(one, other), max(one, other)


# %% wrong: the product of both directions
def most_confused(matrix):
    both = matrix * matrix.T
    np.fill_diagonal(both, 0)
    if both.max() == 0:
        both = matrix + matrix.T
        np.fill_diagonal(both, 0)
    one, other = np.unravel_index(both.argmax(), both.shape)
    return min(one, other), max(one, other)


# %% wrong: the two digits with the most mistakes of their own
def most_confused(matrix):
    off = matrix.astype(float).copy()
    np.fill_diagonal(off, 0)
    per = off.sum(axis=1) + off.sum(axis=0)
    one, other = np.argsort(-per, kind="stable")[:2]
    return min(one, other), max(one, other)


# %% right: by looking at every pair
def most_confused(matrix):
    pairs = [(one, other) for other in range(len(matrix)) for one in range(other)]
    return max(pairs, key=lambda pair: matrix[pair] + matrix[pair[::-1]])


# %% wrong: a place in the flattened matrix
def most_confused(matrix):
    return np.triu(matrix + matrix.T, 1).argmax()


# %% wrong: a set, which has no order
def most_confused(matrix):
    both = np.triu(matrix + matrix.T, 1)
    return {int(digit) for digit in np.unravel_index(both.argmax(), both.shape)}
