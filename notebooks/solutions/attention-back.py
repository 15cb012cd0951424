def one_back(n):
    """The matrix (n, n) that turns the row of place i into the row of place i − 1."""
    return np.eye(n, k=-1)
