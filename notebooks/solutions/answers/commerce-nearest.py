# Answers to commerce-nearest beside its solution; `workshop lessons check` tries them.

# %% wrong: the nearest single one instead of the nearest mean
def nearest(known, their_labels, new):
    distances = ((new[:, np.newaxis] - known) ** 2).sum(axis=2)
    return their_labels[distances.argmin(axis=1)]


# %% wrong: the sum of a class instead of its mean
def nearest(known, their_labels, new):
    names = np.unique(their_labels)
    sums = np.array([known[their_labels == name].sum(axis=0) for name in names])
    return names[((new[:, np.newaxis] - sums) ** 2).sum(axis=2).argmin(axis=1)]


# %% wrong: the farthest
def nearest(known, their_labels, new):
    names = np.unique(their_labels)
    means = np.array([known[their_labels == name].mean(axis=0) for name in names])
    return names[((new[:, np.newaxis] - means) ** 2).sum(axis=2).argmax(axis=1)]


# %% wrong: differences along the axes are added, without squares
def nearest(known, their_labels, new):
    names = np.unique(their_labels)
    means = np.array([known[their_labels == name].mean(axis=0) for name in names])
    return names[np.abs(new[:, np.newaxis] - means).sum(axis=2).argmin(axis=1)]


# %% right: one class after the other
def nearest(known, their_labels, new):
    names = sorted(set(their_labels))
    distances = [np.linalg.norm(new - known[their_labels == name].mean(axis=0), axis=1) for name in names]
    return np.array(names)[np.argmin(distances, axis=0)]
