def novelty(samples, names):
    known_names = set(names)
    return np.mean([sample not in known_names for sample in samples])
