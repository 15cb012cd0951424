def from_lasagne(array):
    """Convert a weight array from Lasagne to a tensor for PyTorch's layers."""
    if array.ndim == 2:
        array = array.T
    if array.ndim == 4:
        array = array[:, :, ::-1, ::-1]
    return torch.from_numpy(array.copy())
