def backward(result):
    order = in_order(result)
    for node in order:
        node.grad = 0.0
    result.grad = 1.0
    for node in reversed(order):
        for parent, share in zip(node.parents, shares(node)):
            parent.grad += share
