# Answers to backprop-shares beside its solution; `workshop lessons check` tries them.

# %% wrong: only the local slopes
def shares(node):
    return list(node.slopes)


# %% wrong: the parents' numbers in place of the slopes
def shares(node):
    return [node.grad * parent.data for parent in node.parents]


# %% wrong: added where the chain rule multiplies
def shares(node):
    return [node.grad + slope for slope in node.slopes]


# %% wrong: the node's number in place of its gradient
def shares(node):
    return [node.data * slope for slope in node.slopes]


# %% wrong: only the first parent
def shares(node):
    return [node.grad * slope for slope in node.slopes[:1]]


# %% wrong: one parent or two, no more
def shares(node):
    return [node.grad * slope for slope in node.slopes[:2]]


# %% right: by numpy
def shares(node):
    return list(np.multiply(node.grad, node.slopes))


# %% wrong: the node's own grad is taken away
def shares(node):
    told = [node.grad * slope for slope in node.slopes]
    node.grad = 0.0
    return told


# %% wrong: a dictionary of the parents, in which a parent that comes twice has one place
def shares(node):
    return {parent: node.grad * slope for parent, slope in zip(node.parents, node.slopes)}
