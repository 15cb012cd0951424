# Answers to commerce-twins beside its solution; `workshop lessons check` tries them.

# %% wrong: the bits of the difference
def differ(one, other):
    return abs(one - other).bit_count()


# %% wrong: how many more bits one has
def differ(one, other):
    return abs(one.bit_count() - other.bit_count())


# %% wrong: the bits that either has
def differ(one, other):
    return (one | other).bit_count()


# %% wrong: the bits that both have
def differ(one, other):
    return (one & other).bit_count()


# %% right: written out in zeros and ones
def differ(one, other):
    return sum(a != b for a, b in zip(f"{one:064b}", f"{other:064b}"))
