# Answers to gpu-roof beside its solution; `workshop lessons check` tries them.

# %% wrong: one after the other
def at_least(operations, moved, peak, bandwidth):
    return operations / peak + moved / bandwidth


# %% wrong: the quicker of the two
def at_least(operations, moved, peak, bandwidth):
    return min(operations / peak, moved / bandwidth)


# %% wrong: computing alone
def at_least(operations, moved, peak, bandwidth):
    return operations / peak


# %% wrong: both rates exchanged
def at_least(operations, moved, peak, bandwidth):
    return max(operations / bandwidth, moved / peak)


# %% right: by the roof
def at_least(operations, moved, peak, bandwidth):
    roof = min(peak, bandwidth * operations / moved)
    return operations / roof
