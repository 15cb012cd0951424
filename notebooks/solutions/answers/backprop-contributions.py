# Answers to backprop-contributions beside its solution; `workshop lessons check` tries them.

# %% wrong: only the local slopes
def contributions(node):
    return list(node.slopes)


# %% wrong: the parents' numbers in place of the slopes
def contributions(node):
    return [node.grad * parent.data for parent in node.parents]


# %% wrong: added where the chain rule multiplies
def contributions(node):
    return [node.grad + slope for slope in node.slopes]


# %% wrong: the node's number in place of its gradient
def contributions(node):
    return [node.data * slope for slope in node.slopes]


# %% wrong: only the first parent
def contributions(node):
    return [node.grad * slope for slope in node.slopes[:1]]


# %% wrong: one parent or two, no more
def contributions(node):
    return [node.grad * slope for slope in node.slopes[:2]]


# %% right: by numpy
def contributions(node):
    return list(np.multiply(node.grad, node.slopes))


# %% wrong: the node's own grad is taken away
def contributions(node):
    told = [node.grad * slope for slope in node.slopes]
    node.grad = 0.0
    return told


# %% wrong: a dictionary of the parents, in which a parent that comes twice has one place
def contributions(node):
    return {parent: node.grad * slope for parent, slope in zip(node.parents, node.slopes)}
