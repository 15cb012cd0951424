def weights_of(channels, filters, size, reduced=None):
    if reduced is None:
        return channels * filters * size * size
    return channels * reduced + reduced * filters * size * size
