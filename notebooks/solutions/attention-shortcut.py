def shortcut(read, period):
    """read: letters (n, length), period: a number → for each place the next letter, (n, length)."""
    guesses = np.zeros_like(read)
    guesses[:, period - 1 :] = read[:, : read.shape[1] - period + 1]
    return guesses
