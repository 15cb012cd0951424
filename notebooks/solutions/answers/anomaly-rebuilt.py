# Answers to anomaly-rebuilt beside its solution; `workshop lessons check` tries them.

# %% wrong: the mean does not come back
def rebuilt(some, middle, directions):
    return (some - middle) @ directions @ directions.T


# %% wrong: measured from zero, not from the mean
def rebuilt(some, middle, directions):
    return some @ directions @ directions.T


# %% wrong: measured from zero, and the mean added
def rebuilt(some, middle, directions):
    return middle + some @ directions @ directions.T


# %% wrong: what remains instead of what is rebuilt
def rebuilt(some, middle, directions):
    return (some - middle) - (some - middle) @ directions @ directions.T


# %% right: one direction after the other
def rebuilt(some, middle, directions):
    again = np.tile(middle, (len(some), 1)).astype(float)
    for direction in directions.T:
        again += np.outer((some - middle) @ direction, direction)
    return again


# %% wrong: the mean is taken from the pictures that were handed over
def rebuilt(some, middle, directions):
    some -= middle
    return middle + some @ directions @ directions.T
