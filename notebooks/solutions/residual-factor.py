def factor(sizes):
    return (sizes[-1] / sizes[0]) ** (1 / (len(sizes) - 1))
