# Answers to since-removed beside its solution; `workshop lessons check` tries them.

# %% wrong: percentage points instead of fractions
def removed(errors):
    return errors[:-1] - errors[1:]


# %% wrong: compared with the next winner
def removed(errors):
    return (errors[:-1] - errors[1:]) / errors[1:]


# %% wrong: the fraction that was left
def removed(errors):
    return errors[1:] / errors[:-1]


# %% wrong: a fraction of the correct predictions
def removed(errors):
    return (errors[:-1] - errors[1:]) / (100 - errors[:-1])


# %% wrong: in per cent
def removed(errors):
    return 100 * (errors[:-1] - errors[1:]) / errors[:-1]


# %% right: one minus the fraction left, pair by pair
def removed(errors):
    return np.array([1 - after / before for before, after in zip(errors, errors[1:])])


# %% wrong: the errors that were handed over are changed
def removed(errors):
    errors[1:] = 1 - errors[1:] / errors[:-1]
    return errors[1:]
