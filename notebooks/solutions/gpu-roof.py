def at_least(operations, moved, peak, bandwidth):
    """→ seconds"""
    return max(operations / peak, moved / bandwidth)
