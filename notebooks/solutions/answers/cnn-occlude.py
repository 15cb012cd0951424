# Answers to cnn-occlude beside its solution; `workshop lessons check` tries them.

# %% wrong: the picture itself is changed
def cover(picture, row, column, size):
    picture[row : row + size, column : column + size] = 0
    return picture


# %% wrong: rows and columns are mixed up
def cover(picture, row, column, size):
    covered = picture.copy()
    covered[column : column + size, row : row + size] = 0
    return covered


# %% wrong: the square around the place instead of from it on
def cover(picture, row, column, size):
    covered = picture.copy()
    covered[row - size // 2 : row + size // 2 + 1, column - size // 2 : column + size // 2 + 1] = 0
    return covered


# %% wrong: one pixel too many on each side
def cover(picture, row, column, size):
    covered = picture.copy()
    covered[row : row + size + 1, column : column + size + 1] = 0
    return covered


# %% wrong: one is taken away instead of setting to zero
def cover(picture, row, column, size):
    covered = picture.copy()
    covered[row : row + size, column : column + size] -= 1
    return covered


# %% wrong: everything else becomes white
def cover(picture, row, column, size):
    covered = np.full_like(picture, picture.max())
    covered[row : row + size, column : column + size] = 0
    return covered


# %% right: by a mask
def cover(picture, row, column, size):
    rows, columns = np.indices(picture.shape)
    inside = (rows >= row) & (rows < row + size) & (columns >= column) & (columns < column + size)
    return np.where(inside, 0, picture)
