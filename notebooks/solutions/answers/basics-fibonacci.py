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


# %% wrong: the two of the example, whichever are handed over
def fibonacci_updates(a, b):
    return [(first, second), (second, first + second)]


# %% wrong: changed once, when the function is made
def fibonacci_updates(a, b):
    old = a.get_value()
    a.set_value(b.get_value())
    b.set_value(old + b.get_value())
    return []


# %% wrong: the numbers of the moment, not expressions
def fibonacci_updates(a, b):
    return [(a, b.get_value()), (b, a.get_value() + b.get_value())]
