def contributions(node):
    return [node.grad * slope for slope in node.slopes]
