# Answers to googlenet-module beside its solution; `workshop lessons check` tries them.

# %% wrong: nothing is reduced
def inception(net, one, reduce3, three, reduce5, five, pooled):
    largest = window(L.MaxPool2DLayer(net, 3, stride=1, pad=1), pooled, 1)
    return L.ConcatLayer([window(net, one, 1), window(net, three, 3), window(net, five, 5), largest])


# %% wrong: the windows stand one behind the other
def inception(net, one, reduce3, three, reduce5, five, pooled):
    net = window(window(net, one, 1), three, 3)
    return window(window(net, five, 5), pooled, 1)


# %% wrong: the largest value goes out as it is
def inception(net, one, reduce3, three, reduce5, five, pooled):
    branches = [window(net, one, 1), window(window(net, reduce3, 1), three, 3)]
    branches += [window(window(net, reduce5, 1), five, 5), L.MaxPool2DLayer(net, 3, stride=1, pad=1)]
    return L.ConcatLayer(branches)


# %% wrong: the sizes of the two large windows are swapped
def inception(net, one, reduce3, three, reduce5, five, pooled):
    branches = [window(net, one, 1), window(window(net, reduce3, 1), three, 5)]
    branches += [window(window(net, reduce5, 1), five, 3)]
    return L.ConcatLayer([*branches, window(L.MaxPool2DLayer(net, 3, stride=1, pad=1), pooled, 1)])


# %% wrong: one reduction behind the other
def inception(net, one, reduce3, three, reduce5, five, pooled):
    narrow3 = window(net, reduce3, 1)
    narrow5 = window(narrow3, reduce5, 1)
    branches = [window(net, one, 1), window(narrow3, three, 3), window(narrow5, five, 5)]
    return L.ConcatLayer([*branches, window(L.MaxPool2DLayer(net, 3, stride=1, pad=1), pooled, 1)])


# %% right: each branch by itself
def inception(net, one, reduce3, three, reduce5, five, pooled):
    small = window(net, one, 1)
    middle = window(window(net, reduce3, 1), three, 3)
    large = window(window(net, reduce5, 1), five, 5)
    largest = window(L.MaxPool2DLayer(net, 3, stride=1, pad=1), pooled, 1)
    return L.ConcatLayer((small, middle, large, largest))
