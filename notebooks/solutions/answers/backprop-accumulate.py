# Answers to backprop-accumulate beside its solution; `workshop lessons check` tries them.

# %% wrong: the last message overwrites the earlier ones
def backward(result):
    order = topological_order(result)
    for node in order:
        node.grad = 0.0
    result.grad = 1.0
    for node in reversed(order):
        for parent, contribution in zip(node.parents, contributions(node)):
            parent.grad = contribution


# %% wrong: old gradients still count
def backward(result):
    result.grad = 1.0
    for node in reversed(topological_order(result)):
        for parent, contribution in zip(node.parents, contributions(node)):
            parent.grad += contribution


# %% wrong: from the inputs on
def backward(result):
    order = topological_order(result)
    for node in order:
        node.grad = 0.0
    result.grad = 1.0
    for node in order:
        for parent, contribution in zip(node.parents, contributions(node)):
            parent.grad += contribution


# %% wrong: the result's own gradient is missing
def backward(result):
    order = topological_order(result)
    for node in order:
        node.grad = 0.0
    for node in reversed(order):
        for parent, contribution in zip(node.parents, contributions(node)):
            parent.grad += contribution


# %% wrong: the result's gradient is its number
def backward(result):
    order = topological_order(result)
    for node in order:
        node.grad = 0.0
    result.grad = result.data
    for node in reversed(order):
        for parent, contribution in zip(node.parents, contributions(node)):
            parent.grad += contribution


# %% wrong: only the first two gradients begin at 0
def backward(result):
    order = topological_order(result)
    for node in order[:2]:
        node.grad = 0.0
    result.grad = 1.0
    for node in reversed(order):
        for parent, contribution in zip(node.parents, contributions(node)):
            parent.grad += contribution


# %% wrong: two parents at most hear of it
def backward(result):
    order = topological_order(result)
    for node in order:
        node.grad = 0.0
    result.grad = 1.0
    for node in reversed(order):
        for parent, contribution in list(zip(node.parents, contributions(node)))[:2]:
            parent.grad += contribution


# %% right: the messages are collected first
def backward(result):
    heard = dict.fromkeys(topological_order(result), 0.0)
    heard[result] = 1.0
    for node in list(heard)[::-1]:
        node.grad = heard[node]
        for parent, slope in zip(node.parents, node.slopes):
            heard[parent] += node.grad * slope
