# Answers to gan-places beside its solution; `workshop lessons check` tries them.

# %% wrong: the edges of the sheet instead of middles
def places(lines):
    edges = np.linspace(0, 1, lines)
    down, across = np.meshgrid(edges, edges, indexing="ij")
    return np.stack([down.ravel(), across.ravel()], axis=1)


# %% wrong: where each square begins
def places(lines):
    begins = np.arange(lines) / lines
    down, across = np.meshgrid(begins, begins, indexing="ij")
    return np.stack([down.ravel(), across.ravel()], axis=1)


# %% wrong: where each square ends
def places(lines):
    ends = (np.arange(lines) + 1) / lines
    down, across = np.meshgrid(ends, ends, indexing="ij")
    return np.stack([down.ravel(), across.ravel()], axis=1)


# %% wrong: column by column
def places(lines):
    middles = (np.arange(lines) + 0.5) / lines
    across, down = np.meshgrid(middles, middles, indexing="ij")
    return np.stack([down.ravel(), across.ravel()], axis=1)


# %% wrong: the diagonal only
def places(lines):
    middles = (np.arange(lines) + 0.5) / lines
    return np.stack([middles, middles], axis=1)


# %% wrong: too far apart
def places(lines):
    middles = np.linspace(0.5 / lines, 1, lines, endpoint=False)
    down, across = np.meshgrid(middles, middles, indexing="ij")
    return np.stack([down.ravel(), across.ravel()], axis=1)


# %% right: the numbers of the squares, in order
def places(lines):
    return (np.indices((lines, lines)).reshape(2, -1).T + 0.5) / lines
