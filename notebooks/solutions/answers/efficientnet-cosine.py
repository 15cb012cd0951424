# Answers to efficientnet-cosine beside its solution; `workshop lessons check` tries them.

# %% wrong: without the sign
def cosine_similarity(one, other):
    return abs(float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other))))


# %% wrong: the lengths count, too
def cosine_similarity(one, other):
    return float(one @ other)


# %% wrong: divided by one of the lengths only
def cosine_similarity(one, other):
    return float(one @ other / np.linalg.norm(one) ** 2)


# %% wrong: how near they are, instead of the angle
def cosine_similarity(one, other):
    return float(1 - np.linalg.norm(one - other) / (np.linalg.norm(one) + np.linalg.norm(other)))


# %% wrong: only the first two numbers count
def cosine_similarity(one, other):
    return float(one[:2] @ other[:2] / (np.linalg.norm(one[:2]) * np.linalg.norm(other[:2])))


# %% right: both brought to length 1 first
def cosine_similarity(one, other):
    unit = [each / np.sqrt((each**2).sum()) for each in (one, other)]
    return float((unit[0] * unit[1]).sum())
