# Stored answers to diffusion-guidance; `workshop lessons check` tries them.

# %% wrong: between the two instead of beyond
def guided(conditional, unconditional, strength):
    return unconditional + strength * (conditional - unconditional)


# %% wrong: away from what was asked for
def guided(conditional, unconditional, strength):
    return conditional + strength * (unconditional - conditional)


# %% wrong: the strength multiplies all
def guided(conditional, unconditional, strength):
    return (1 + strength) * (conditional - unconditional)


# %% wrong: nothing is taken away for what is added
def guided(conditional, unconditional, strength):
    return (1 + strength) * conditional


# %% wrong: the mean of the two
def guided(conditional, unconditional, strength):
    return (conditional + strength * unconditional) / (1 + strength)


# %% wrong: the first velocity is changed on the way
def guided(conditional, unconditional, strength):
    conditional += strength * (conditional - unconditional)
    return conditional


# %% right: two weights that add up to one
def guided(conditional, unconditional, strength):
    return (1 + strength) * conditional - strength * unconditional
