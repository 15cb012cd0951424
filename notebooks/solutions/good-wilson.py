def wilson(hits, n):
    """hits of n → (low, high), fractions from 0 to 1."""
    p, z = hits / n, 1.96
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    middle = p + z**2 / (2 * n)
    return (middle - half) / (1 + z**2 / n), (middle + half) / (1 + z**2 / n)
