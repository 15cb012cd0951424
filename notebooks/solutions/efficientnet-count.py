def numbers_of(channels, filters, size):
    usual = filters * size * size * channels
    split = channels * size * size + filters * channels
    return usual, split
