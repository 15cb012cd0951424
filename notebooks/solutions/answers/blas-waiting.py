# Answers to blas-waiting beside its solution; `workshop lessons check` tries them.

# %% wrong: later than one thread, instead of later than half its time
def waiting(n, one, two):
    return 2 * n**3 * (1 / two - 1 / one) / 1e6


# %% wrong: in seconds
def waiting(n, one, two):
    return 2 * n**3 * (1 / two - 1 / one / 2) / 1e9


# %% wrong: multiplications without additions
def waiting(n, one, two):
    return n**3 * (1 / two - 1 / one / 2) / 1e6


# %% wrong: the sign turned round
def waiting(n, one, two):
    return 2 * n**3 * (1 / one / 2 - 1 / two) / 1e6


# %% wrong: the speed that is missing, turned into a time
def waiting(n, one, two):
    return 2 * n**3 / (2 * one - two + 1e-9) / 1e6


# %% right: in seconds and operations a second first
def waiting(n, one, two):
    ideal, real = (2 * n**3 / (speed * 1e9) for speed in (2 * one, two))
    return 1000 * (real - ideal)
