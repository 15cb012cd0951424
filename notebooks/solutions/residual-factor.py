def factor(sizes):
    return (sizes[0] / sizes[-1]) ** (1 / (len(sizes) - 1))
