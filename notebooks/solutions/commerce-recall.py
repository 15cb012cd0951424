def recall(matrix):
    """matrix (kinds, kinds): rows are what it is, columns what was said → (kinds,)."""
    return np.diag(matrix) / matrix.sum(axis=1)
