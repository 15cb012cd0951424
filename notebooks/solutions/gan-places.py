def places(lines):
    """lines: how many rows and columns → (lines * lines, 2), each from 0 to 1."""
    middles = (np.arange(lines) + 0.5) / lines
    down, across = np.meshgrid(middles, middles, indexing="ij")
    return np.stack([down.ravel(), across.ravel()], axis=1)
