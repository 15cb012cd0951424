# Stored answers to inventing-novelty; `workshop lessons check` tries them.

# %% wrong: the share of the known ones
def novelty(samples, names):
    return np.mean([sample in set(names) for sample in samples])


# %% wrong: each sample counts once
def novelty(samples, names):
    return len(set(samples) - set(names)) / len(set(samples))


# %% wrong: a part of a name is taken for the name
def novelty(samples, names):
    return np.mean([not any(sample in name for name in names) for sample in samples])


# %% wrong: a share of the list instead of the samples
def novelty(samples, names):
    return sum(sample not in names for sample in samples) / len(names)


# %% right: one after the other
def novelty(samples, names):
    new = [sample for sample in samples if sample not in names]
    return len(new) / len(samples)
