# Answers to residual-without beside its solution; `workshop lessons check` tries them.

# %% wrong: counted from 1
def without(arrays, number):
    return [np.delete(array, number - 1, axis=0) for array in arrays]


# %% wrong: only the block is kept
def without(arrays, number):
    return [array[number : number + 1] for array in arrays]


# %% wrong: flattened first
def without(arrays, number):
    return [np.delete(array, number) for array in arrays]


# %% wrong: the blocks before it only
def without(arrays, number):
    return [array[:number] for array in arrays]


# %% wrong: always the second block
def without(arrays, number):
    return [np.delete(array, 1, axis=0) for array in arrays]


# %% right: what comes before and what comes after
def without(arrays, number):
    return [np.concatenate([array[:number], array[number + 1 :]]) for array in arrays]
