# Answers to basics-fibonacci beside its solution; `workshop lessons check` tries them.

# %% wrong: both become the sum
def fibonacci_updates(a, b):
    return [(a, a + b), (b, a + b)]


# %% wrong: only one of the two changes
def fibonacci_updates(a, b):
    return [(a, b)]


# %% wrong: as if b saw the new a
def fibonacci_updates(a, b):
    return [(a, b), (b, b + b)]


# %% wrong: the two are mixed up
def fibonacci_updates(a, b):
    return [(a, a + b), (b, a)]


# %% right: in the other order, which does not matter
def fibonacci_updates(a, b):
    total = b + a
    return [(b, total), (a, b)]
