def log_mel(power, bank):
    """power: (frames, frequencies), bank: (bands, frequencies) → (frames, bands)."""
    sums = power @ bank.T
    return np.log(sums + 1e-6 * sums.max())
