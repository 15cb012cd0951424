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


# %% wrong: 1 and 0 for True and False
def meets(off, reach, steep):
    return (np.abs(off) <= reach).astype(int), steep * off


# %% wrong: lists, by which no games can be picked
def meets(off, reach, steep):
    return [abs(each) <= reach for each in off], [steep * each for each in off]


# %% wrong: a slope only for those that are hit
def meets(off, reach, steep):
    hit = np.abs(off) <= reach
    return hit, steep * off[hit]
