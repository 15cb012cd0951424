# Answers to backprop-backward beside its solution; `workshop lessons check` tries them.

# %% wrong: the last message overwrites the earlier ones
def backward(result):
    order = in_order(result)
    for node in order:
        node.grad = 0.0
    result.grad = 1.0
    for node in reversed(order):
        for parent, share in zip(node.parents, shares(node)):
            parent.grad = share


# %% wrong: old gradients still count
def backward(result):
    result.grad = 1.0
    for node in reversed(in_order(result)):
        for parent, share in zip(node.parents, shares(node)):
            parent.grad += share


# %% wrong: from the inputs on
def backward(result):
    order = in_order(result)
    for node in order:
        node.grad = 0.0
    result.grad = 1.0
    for node in order:
        for parent, share in zip(node.parents, shares(node)):
            parent.grad += share


# %% wrong: the result's own gradient is missing
def backward(result):
    order = in_order(result)
    for node in order:
        node.grad = 0.0
    for node in reversed(order):
        for parent, share in zip(node.parents, shares(node)):
            parent.grad += share


# %% wrong: the result's gradient is its number
def backward(result):
    order = in_order(result)
    for node in order:
        node.grad = 0.0
    result.grad = result.data
    for node in reversed(order):
        for parent, share in zip(node.parents, shares(node)):
            parent.grad += share


# %% wrong: only the first two gradients begin at 0
def backward(result):
    order = in_order(result)
    for node in order[:2]:
        node.grad = 0.0
    result.grad = 1.0
    for node in reversed(order):
        for parent, share in zip(node.parents, shares(node)):
            parent.grad += share


# %% wrong: two parents at most hear of it
def backward(result):
    order = in_order(result)
    for node in order:
        node.grad = 0.0
    result.grad = 1.0
    for node in reversed(order):
        for parent, share in list(zip(node.parents, shares(node)))[:2]:
            parent.grad += share


# %% right: the messages are collected first
def backward(result):
    heard = dict.fromkeys(in_order(result), 0.0)
    heard[result] = 1.0
    for node in list(heard)[::-1]:
        node.grad = heard[node]
        for parent, slope in zip(node.parents, node.slopes):
            heard[parent] += node.grad * slope
