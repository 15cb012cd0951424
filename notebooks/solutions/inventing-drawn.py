def drawn(chances, luck):
    ends = chances.cumsum(axis=1)
    return (luck[:, np.newaxis] >= ends[:, :-1]).sum(axis=1)
