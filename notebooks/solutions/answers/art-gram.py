# Answers to art-gram beside its solution; `workshop lessons check` tries them.

# %% wrong: the sum instead of the mean
def gram(features):
    flat = features.reshape(len(features), -1)
    return flat @ flat.T


# %% wrong: the means are taken away first
def gram(features):
    return np.cov(features.reshape(len(features), -1), bias=True)


# %% wrong: divided by the number of features
def gram(features):
    flat = features.reshape(len(features), -1)
    return flat @ flat.T / len(flat)


# %% wrong: brought to length 1
def gram(features):
    return np.corrcoef(features.reshape(len(features), -1))


# %% wrong: by numpy's own functions, which do not know expressions
def gram(features):
    return np.einsum("ixy,jxy->ij", features, features) / features[0].size


# %% right: places first
def gram(features):
    places = features.shape[1] * features.shape[2]
    flat = features.reshape((features.shape[0], places)).T
    return flat.T.dot(flat) * (1.0 / places)


# %% also right
# 2: 1 → 2: whatever is left, as numpy takes any number below 0
