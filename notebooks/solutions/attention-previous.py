def previous(n):
    """The (n, n) matrix of floats that turns position i into position i − 1."""
    return torch.ones(n - 1).diag(-1)
