# Answers to inception-thinned beside its solution; `workshop lessons check` tries them.

# %% wrong: without the size
def two_thin(square):
    U, _, V = np.linalg.svd(square)
    return U[:, 0], V[0]


# %% wrong: the first row of U
def two_thin(square):
    U, sizes, V = np.linalg.svd(square)
    return U[0] * sizes[0], V[0]


# %% wrong: the first column of V
def two_thin(square):
    U, sizes, V = np.linalg.svd(square)
    return U[:, 0] * sizes[0], V[:, 0]


# %% wrong: the middle row and the middle column
def two_thin(square):
    middle = len(square) // 2
    return square[:, middle], square[middle] / (square[middle, middle] or 1)


# %% wrong: the means of the rows and of the columns
def two_thin(square):
    return square.mean(axis=1), square.mean(axis=0) / (square.mean() or 1)


# %% right: the size on the row
def two_thin(square):
    U, sizes, V = np.linalg.svd(square)
    return U.T[0], V[0] * sizes[0]
