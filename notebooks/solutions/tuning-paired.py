def gain(one, other):
    """Two boolean arrays (n,) → (low, high), in percentage points."""
    differences = 100 * (other.astype(float) - one.astype(float))
    spread = 1.96 * differences.std(ddof=1) / len(differences) ** 0.5
    return differences.mean() - spread, differences.mean() + spread
