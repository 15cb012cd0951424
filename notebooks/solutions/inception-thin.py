def weights_of(channels, size):
    square = size * size * channels * channels
    thin = 2 * size * channels * channels
    return square, thin
