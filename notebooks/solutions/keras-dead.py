def dead(responses):
    return int(np.sum((responses == 0).all(axis=0)))
