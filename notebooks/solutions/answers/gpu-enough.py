# Answers to gpu-enough beside its solution; `workshop lessons check` tries them.

# %% wrong: one operation a weight
def enough(peak, bandwidth, each=4):
    return each * peak / bandwidth


# %% wrong: a weight has one byte
def enough(peak, bandwidth, each=4):
    return peak / (2 * bandwidth)


# %% wrong: the reciprocal
def enough(peak, bandwidth, each=4):
    return 2 * bandwidth / (each * peak)


# %% right: two times
def enough(peak, bandwidth, each=4):
    to_fetch, to_compute = each / bandwidth, 2 / peak
    return to_fetch / to_compute


# %% wrong: a fraction, which takes whole numbers only
def enough(peak, bandwidth, each=4):
    from fractions import Fraction

    return Fraction(each * peak, 2 * bandwidth)
