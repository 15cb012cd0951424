# Answers to art-distance beside its solution; `workshop lessons check` tries them.

# %% wrong: not as a share
def distance(found, wanted):
    return ((found - wanted) ** 2).sum()


# %% wrong: as a share of what was found
def distance(found, wanted):
    return ((found - wanted) ** 2).sum() / (found**2).sum()


# %% wrong: absolute differences
def distance(found, wanted):
    return abs(found - wanted).sum() / abs(wanted).sum()


# %% wrong: one row after the other
def distance(found, wanted):
    return ((found - wanted) ** 2).sum(axis=0) / (wanted**2).sum(axis=0)


# %% wrong: the squares of the sums
def distance(found, wanted):
    return (found - wanted).sum() ** 2 / wanted.sum() ** 2


# %% wrong: only what is too much counts, not what is missing
def distance(found, wanted):
    return (((found - wanted) * (found > wanted)) ** 2).sum() / (wanted**2).sum()


# %% wrong: by numpy's functions
def distance(found, wanted):
    return np.linalg.norm(found - wanted) ** 2 / np.linalg.norm(wanted) ** 2


# %% right: by means, which have the same share
def distance(found, wanted):
    apart = found - wanted
    return (apart * apart).mean() / (wanted * wanted).mean()
