def from_lasagne(array):
    """A weight array of Lasagne → a tensor as PyTorch's layers hold it."""
    if array.ndim == 2:
        array = array.T
    if array.ndim == 4:
        array = array[:, :, ::-1, ::-1]
    return torch.from_numpy(array.copy())
