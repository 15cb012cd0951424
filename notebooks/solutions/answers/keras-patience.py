# Answers to keras-patience beside its solution; `workshop lessons check` tries them.

# %% wrong: as good as before counts as better
def when_to_stop(errors, patience):
    best = 0
    for epoch, error in enumerate(errors):
        if error <= errors[best]:
            best = epoch
        if epoch - best >= patience:
            return epoch
    return len(errors) - 1


# %% wrong: one epoch too late
def when_to_stop(errors, patience):
    best = 0
    for epoch, error in enumerate(errors):
        if error < errors[best]:
            best = epoch
        if epoch - best > patience:
            return epoch
    return len(errors) - 1


# %% wrong: compared with the epoch before instead of with the best one
def when_to_stop(errors, patience):
    waited = 0
    for epoch in range(1, len(errors)):
        waited = 0 if errors[epoch] < errors[epoch - 1] else waited + 1
        if waited >= patience:
            return epoch
    return len(errors) - 1


# %% wrong: the waiting never begins anew
def when_to_stop(errors, patience):
    best, waited = errors[0], 0
    for epoch, error in enumerate(errors[1:], start=1):
        if error < best:
            best = error
        else:
            waited += 1
        if waited >= patience:
            return epoch
    return len(errors) - 1


# %% wrong: the best epoch instead of the one at which one stops
def when_to_stop(errors, patience):
    best = 0
    for epoch, error in enumerate(errors):
        if error < errors[best]:
            best = epoch
        if epoch - best >= patience:
            return best
    return best


# %% right: by looking back from each epoch
def when_to_stop(errors, patience):
    for epoch in range(patience, len(errors)):
        if min(errors[epoch - patience + 1 : epoch + 1]) >= min(errors[: epoch - patience + 1]):
            return epoch
    return len(errors) - 1
