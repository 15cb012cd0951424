# Stored answers to anomaly-reconstruct; `workshop lessons check` tries them.

# %% wrong: the mean does not come back
def reconstruct(some, middle, directions):
    return (some - middle) @ directions @ directions.T


# %% wrong: measured from zero, not from the mean
def reconstruct(some, middle, directions):
    return some @ directions @ directions.T


# %% wrong: measured from zero, and the mean added
def reconstruct(some, middle, directions):
    return middle + some @ directions @ directions.T


# %% wrong: what remains instead of the reconstruction
def reconstruct(some, middle, directions):
    return (some - middle) - (some - middle) @ directions @ directions.T


# %% right: one direction after the other
def reconstruct(some, middle, directions):
    again = np.tile(middle, (len(some), 1)).astype(float)
    for direction in directions.T:
        again += np.outer((some - middle) @ direction, direction)
    return again


# %% wrong: the mean is taken from the images that were handed over
def reconstruct(some, middle, directions):
    some -= middle
    return middle + some @ directions @ directions.T
