# Answers to backprop-topological beside its solution; `workshop lessons check` tries them.

# %% wrong: each node before its parents
def topological_order(result):
    order = []

    def visit(node):
        if node not in order:
            order.append(node)
            for parent in node.parents:
                visit(parent)

    visit(result)
    return order


# %% wrong: a node that is used twice comes twice
def topological_order(result):
    order = []

    def visit(node):
        for parent in node.parents:
            visit(parent)
        order.append(node)

    visit(result)
    return order


# %% wrong: row by row from the result, turned round
def topological_order(result):
    order = [result]
    for node in order:
        order += [parent for parent in dict.fromkeys(node.parents) if parent not in order]
    return order[::-1]


# %% wrong: only the first parent is followed
def topological_order(result):
    order = []

    def visit(node):
        if node not in order:
            for parent in node.parents[:1]:
                visit(parent)
            order.append(node)

    visit(result)
    return order


# %% wrong: only the first two parents are followed
def topological_order(result):
    order = []

    def visit(node):
        if node not in order:
            for parent in node.parents[:2]:
                visit(parent)
            order.append(node)

    visit(result)
    return order


# %% right: with a stack in place of calls
def topological_order(result):
    order, waiting = [], [(result, False)]
    while waiting:
        node, parents_done = waiting.pop()
        if parents_done and node not in order:
            order.append(node)
        elif node not in order:
            waiting += [(node, True), *((parent, False) for parent in node.parents)]
    return order


# %% wrong: what was seen is never forgotten
met = set()


def topological_order(result):
    order = []

    def visit(node):
        if node not in met:
            met.add(node)
            for parent in node.parents:
                visit(parent)
            order.append(node)

    visit(result)
    return order


# %% wrong: the list is kept from call to call
order = []


def topological_order(result):
    def visit(node):
        if node not in order:
            for parent in node.parents:
                visit(parent)
            order.append(node)

    visit(result)
    return list(order)


# %% wrong: the names in place of the nodes
def topological_order(result):
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for parent in node.parents:
                visit(parent)
            order.append(node.name)

    visit(result)
    return order


# %% wrong: an iterator, which has no length
def topological_order(result):
    def walk(node):
        for parent in node.parents:
            yield from walk(parent)
        yield node

    return iter(dict.fromkeys(walk(result)))
