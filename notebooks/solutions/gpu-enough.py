def enough(peak, bandwidth, each=4):
    """→ the batch size, not rounded"""
    return each * peak / (2 * bandwidth)
