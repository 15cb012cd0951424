# Answers to cnn-size beside its solution; `workshop lessons check` tries them.

# %% wrong: one place too few
def side_after(side, width, pool):
    return (side - width) // pool


# %% wrong: the last block, which is not full, counts
def side_after(side, width, pool):
    return -(-(side - width + 1) // pool)


# %% wrong: rounded instead of cut off
def side_after(side, width, pool):
    return round((side - width + 1) / pool)


# %% wrong: pooling comes first
def side_after(side, width, pool):
    return side // pool - width + 1


# %% right: counted, place by place
def side_after(side, width, pool):
    places = len(range(width, side + 1))
    return len(range(pool, places + 1, pool))
