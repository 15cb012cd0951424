# Answers to attention-shortcut beside its solution; `workshop lessons check` tries them.

# %% wrong: it says the letter that is here, not the next
def shortcut(read, period):
    guesses = np.zeros_like(read)
    guesses[:, period:] = read[:, : read.shape[1] - period]
    return guesses


# %% wrong: it looks around the end of the text
def shortcut(read, period):
    return np.roll(read, period - 1, axis=1)


# %% wrong: it looks ahead
def shortcut(read, period):
    return np.roll(read, -1, axis=1)


# %% wrong: always the first period, whatever comes later
def shortcut(read, period):
    guesses = np.zeros_like(read)
    for place in range(period - 1, read.shape[1]):
        guesses[:, place] = read[:, (place - period + 1) % (period + 1)]
    return guesses


# %% wrong: the letters are moved in the text itself
def shortcut(read, period):
    moved = read[:, : read.shape[1] - period + 1].copy()
    read[:, : period - 1] = 0
    read[:, period - 1 :] = moved
    return read


# %% right: by the numbers of the places
def shortcut(read, period):
    source = np.arange(read.shape[1]) - period + 1
    return np.where(source >= 0, read[:, np.maximum(source, 0)], 0)
