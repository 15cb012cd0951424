# Answers to inception-pair beside its solution; `workshop lessons check` tries them.

# %% wrong: the square itself
def pair(net, filters, size):
    return window(window(net, filters, 1), filters, size)


# %% wrong: the column first
def pair(net, filters, size):
    return window(window(net, filters, (size, 1)), filters, (1, size))


# %% wrong: the column looks at what came in
def pair(net, filters, size):
    window(net, filters, (1, size))
    return window(net, filters, (size, 1))


# %% wrong: side by side
def pair(net, filters, size):
    return L.ConcatLayer([window(net, filters, (1, size)), window(net, filters, (size, 1))])


# %% wrong: two rows
def pair(net, filters, size):
    return window(window(net, filters, (1, size)), filters, (1, size))


# %% right: by a loop
def pair(net, filters, size):
    for shape in ((1, size), (size, 1)):
        net = window(net, filters, shape)
    return net
