def months_to_double(years, operations):
    """years: (n,), operations: (n,) → months per doubling."""
    slope, _ = np.polyfit(years, np.log2(operations), 1)
    return 12 / slope
