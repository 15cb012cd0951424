def backward(result):
    order = topological_order(result)
    for node in order:
        node.grad = 0.0
    result.grad = 1.0
    for node in reversed(order):
        for parent, contribution in zip(node.parents, contributions(node)):
            parent.grad += contribution
