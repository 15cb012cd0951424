def pixel_centres(lines):
    """lines: how many rows and columns → (lines * lines, 2), each from 0 to 1."""
    centres = (np.arange(lines) + 0.5) / lines
    down, across = np.meshgrid(centres, centres, indexing="ij")
    return np.stack([down.ravel(), across.ravel()], axis=1)
