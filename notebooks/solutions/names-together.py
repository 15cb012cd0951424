def together(one, other):
    both = np.sqrt(one * other)
    return both / both.sum(axis=1, keepdims=True)
