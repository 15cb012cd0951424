# Answers to inventing-straight beside its solution; `workshop lessons check` tries them.

# %% wrong: soft in both directions
def straight_through(soft):
    return soft + 0


# %% wrong: hard in both directions
def straight_through(soft):
    return gan.hardest(soft)


# %% wrong: nothing of soft is left for the slope
def straight_through(soft):
    return theano.gradient.disconnected_grad(gan.hardest(soft))


# %% wrong: the hard choice is added without taking soft away
def straight_through(soft):
    return soft + theano.gradient.disconnected_grad(gan.hardest(soft))


# %% wrong: twice as steep
def straight_through(soft):
    return 2 * soft + theano.gradient.disconnected_grad(gan.hardest(soft) - 2 * soft)


# %% right: with the two constants apart
def straight_through(soft):
    constant = theano.gradient.disconnected_grad
    return constant(gan.hardest(soft)) + (soft - constant(soft))
