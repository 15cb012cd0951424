def enough(peak, bandwidth, each=4):
    """→ how many examples, not rounded"""
    return each * peak / (2 * bandwidth)
