def frames(samples, width, hop):
    """samples: (n,) → (frames, width)."""
    starts = range(0, len(samples) - width + 1, hop)
    return np.stack([samples[start : start + width] for start in starts])
