# Answers to pong-bat beside its solution; `workshop lessons check` tries them.

# %% wrong: only below the middle
def meets(off, reach, steep):
    return off <= reach, steep * off


# %% wrong: a ball below goes up
def meets(off, reach, steep):
    return abs(off) <= reach, -steep * off


# %% wrong: the very edge misses
def meets(off, reach, steep):
    return abs(off) < reach, steep * off


# %% wrong: always downwards
def meets(off, reach, steep):
    return abs(off) <= reach, steep * abs(off)


# %% right: by both edges
def meets(off, reach, steep):
    return (off >= -reach) & (off <= reach), off * steep
