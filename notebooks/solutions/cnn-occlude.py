def cover(picture, row, column, size):
    covered = picture.copy()
    covered[row : row + size, column : column + size] = 0
    return covered
