# Stored answers to inventing-straight; `workshop lessons check` tries them.

# %% wrong: soft in both directions
def straight_through(soft):
    return soft + 0


# %% wrong: hard in both directions
def straight_through(soft):
    return hardest(soft)


# %% wrong: nothing of soft is left for the gradient
def straight_through(soft):
    return constant(hardest(soft))


# %% wrong: the hard choice is added without taking soft away
def straight_through(soft):
    return soft + constant(hardest(soft))


# %% wrong: twice as steep
def straight_through(soft):
    return 2 * soft + constant(hardest(soft) - 2 * soft)


# %% right: with the two constants apart
def straight_through(soft):
    return constant(hardest(soft)) + (soft - constant(soft))
