def noised(clean, noise, signal):
    """clean and noise: (n, 64), signal: a number or (n, 1), from 0 to 1 → (n, 64)."""
    return np.sqrt(signal) * clean + np.sqrt(1 - signal) * noise
