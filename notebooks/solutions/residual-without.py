def without(arrays, number):
    return [np.delete(array, number, axis=0) for array in arrays]
