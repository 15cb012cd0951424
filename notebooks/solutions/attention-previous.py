def previous(n):
    """The matrix (n, n), of floats, that turns position i into position i − 1."""
    return torch.ones(n - 1).diag(-1)
