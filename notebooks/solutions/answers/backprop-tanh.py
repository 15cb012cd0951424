# Answers to backprop-tanh beside its solution; `workshop lessons check` tries them.

# %% wrong: 1 - x² in place of 1 - tanh²
def tanh(value):
    return Value(math.tanh(value.data), (value,), (1 - value.data**2,))


# %% wrong: the square is missing
def tanh(value):
    height = math.tanh(value.data)
    return Value(height, (value,), (1 - height,))


# %% wrong: without its parent
def tanh(value):
    return Value(math.tanh(value.data))


# %% wrong: a number, no Value
def tanh(value):
    return math.tanh(value.data)


# %% right: by the hyperbolic cosine
def tanh(value):
    return Value(np.tanh(value.data), [value], [np.cosh(value.data) ** -2])


# %% wrong: brackets without a comma, which make no tuple
def tanh(value):
    height = math.tanh(value.data)
    return Value(height, (value), (1 - height**2))


# %% wrong: the value itself is squeezed
def tanh(value):
    value.data = math.tanh(value.data)
    return Value(value.data, (value,), (1 - value.data**2,))
