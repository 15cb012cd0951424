# Answers to torch-transplant beside its solution; `workshop lessons check` tries them.

# %% wrong: matrices keep Lasagne's order
def from_lasagne(array):
    if array.ndim == 4:
        array = array[:, :, ::-1, ::-1]
    return torch.from_numpy(array.copy())


# %% wrong: reshaped, not transposed
def from_lasagne(array):
    if array.ndim == 2:
        array = array.reshape(array.shape[::-1])
    if array.ndim == 4:
        array = array[:, :, ::-1, ::-1]
    return torch.from_numpy(array.copy())


# %% wrong: filters are not turned around
def from_lasagne(array):
    if array.ndim == 2:
        array = array.T
    return torch.from_numpy(array.copy())


# %% wrong: filters are mirrored along one axis only
def from_lasagne(array):
    if array.ndim == 2:
        array = array.T
    if array.ndim == 4:
        array = array[:, :, :, ::-1]
    return torch.from_numpy(array.copy())


# %% wrong: filters are transposed, not turned
def from_lasagne(array):
    if array.ndim == 2:
        array = array.T
    if array.ndim == 4:
        array = array.transpose(0, 1, 3, 2)
    return torch.from_numpy(array.copy())


# %% wrong: the order of the channels is turned around, too
def from_lasagne(array):
    if array.ndim == 2:
        array = array.T
    if array.ndim == 4:
        array = array[::-1, ::-1, ::-1, ::-1]
    return torch.from_numpy(array.copy())


# %% wrong: an array of NumPy's comes back
def from_lasagne(array):
    if array.ndim == 2:
        array = array.T
    if array.ndim == 4:
        array = array[:, :, ::-1, ::-1]
    return array.copy()


# %% right: by torch's own functions
def from_lasagne(array):
    tensor = torch.tensor(array)
    if tensor.dim() == 2:
        return tensor.t()
    return tensor.flip(2, 3) if tensor.dim() == 4 else tensor
