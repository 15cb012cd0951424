# Answers to mlp-count beside its solution; `workshop lessons check` tries them.

# %% wrong: no offsets
def count_parameters(sizes):
    return sum(inputs * neurons for inputs, neurons in zip(sizes, sizes[1:]))


# %% wrong: one offset a layer
def count_parameters(sizes):
    return sum(inputs * neurons + 1 for inputs, neurons in zip(sizes, sizes[1:]))


# %% wrong: an offset for each input instead of each neuron
def count_parameters(sizes):
    return sum(inputs * neurons + inputs for inputs, neurons in zip(sizes, sizes[1:]))


# %% wrong: only the first layer
def count_parameters(sizes):
    return sizes[0] * sizes[1] + sizes[1]


# %% right: with a loop
def count_parameters(sizes):
    total = 0
    for layer in range(1, len(sizes)):
        total += (sizes[layer - 1] + 1) * sizes[layer]
    return total
