# Answers to diffusion-guided beside its solution; `workshop lessons check` tries them.

# %% wrong: between the two instead of beyond
def guided(told, untold, strength):
    return untold + strength * (told - untold)


# %% wrong: away from what was asked for
def guided(told, untold, strength):
    return told + strength * (untold - told)


# %% wrong: the strength multiplies all
def guided(told, untold, strength):
    return (1 + strength) * (told - untold)


# %% wrong: nothing is taken away for what is added
def guided(told, untold, strength):
    return (1 + strength) * told


# %% wrong: the mean of the two
def guided(told, untold, strength):
    return (told + strength * untold) / (1 + strength)


# %% wrong: what was told is changed on the way
def guided(told, untold, strength):
    told += strength * (told - untold)
    return told


# %% right: two weights that add up to one
def guided(told, untold, strength):
    return (1 + strength) * told - strength * untold
