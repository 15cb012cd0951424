def peak(price):
    row, column = np.unravel_index(np.argmax(price), price.shape)
    return int(row), int(column)
