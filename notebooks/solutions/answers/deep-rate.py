# Answers to deep-rate beside its solution; `workshop lessons check` tries them.

# %% wrong: falls along a straight line
def rate_at(share):
    return 0.1 * (1 - share)


# %% wrong: divided once only
def rate_at(share):
    return 0.1 if share < 0.5 else 0.01


# %% wrong: too late by one step
def rate_at(share):
    if share <= 0.5:
        return 0.1
    return 0.01 if share <= 0.75 else 0.001


# %% wrong: halved, not divided by ten
def rate_at(share):
    return 0.1 / 2 ** ((share >= 0.5) + (share >= 0.75))


# %% right: by counting what is over
def rate_at(share):
    return 0.1 * 0.1 ** ((share >= 0.5) + (share >= 0.75))
