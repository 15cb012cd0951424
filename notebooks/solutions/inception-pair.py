def pair(net, filters, size):
    rows = window(net, filters, (1, size))
    return window(rows, filters, (size, 1))
