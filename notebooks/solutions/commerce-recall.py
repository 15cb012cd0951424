def recall(matrix):
    """matrix (classes, classes): rows are true, columns predicted → (classes,)."""
    return np.diag(matrix) / matrix.sum(axis=1)
