def taken_apart(noisy, velocity, signal):
    """noisy and velocity: (n, 64), signal: a number or (n, 1) → clean, noise."""
    clean = np.sqrt(signal) * noisy - np.sqrt(1 - signal) * velocity
    noise = np.sqrt(1 - signal) * noisy + np.sqrt(signal) * velocity
    return clean, noise
