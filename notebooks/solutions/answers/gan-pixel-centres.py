# Stored answers to gan-pixel-centres; `workshop lessons check` tries them.

# %% wrong: the edges of the sheet instead of centres
def pixel_centres(lines):
    edges = np.linspace(0, 1, lines)
    down, across = np.meshgrid(edges, edges, indexing="ij")
    return np.stack([down.ravel(), across.ravel()], axis=1)


# %% wrong: where each square begins
def pixel_centres(lines):
    begins = np.arange(lines) / lines
    down, across = np.meshgrid(begins, begins, indexing="ij")
    return np.stack([down.ravel(), across.ravel()], axis=1)


# %% wrong: where each square ends
def pixel_centres(lines):
    ends = (np.arange(lines) + 1) / lines
    down, across = np.meshgrid(ends, ends, indexing="ij")
    return np.stack([down.ravel(), across.ravel()], axis=1)


# %% wrong: column by column
def pixel_centres(lines):
    centres = (np.arange(lines) + 0.5) / lines
    across, down = np.meshgrid(centres, centres, indexing="ij")
    return np.stack([down.ravel(), across.ravel()], axis=1)


# %% wrong: the diagonal only
def pixel_centres(lines):
    centres = (np.arange(lines) + 0.5) / lines
    return np.stack([centres, centres], axis=1)


# %% wrong: too far apart
def pixel_centres(lines):
    centres = np.linspace(0.5 / lines, 1, lines, endpoint=False)
    down, across = np.meshgrid(centres, centres, indexing="ij")
    return np.stack([down.ravel(), across.ravel()], axis=1)


# %% right: the numbers of the squares, in order
def pixel_centres(lines):
    return (np.indices((lines, lines)).reshape(2, -1).T + 0.5) / lines
