def waiting(n, one, two):
    """→ milliseconds"""
    operations = 2 * n**3
    return (operations / two - operations / one / 2) / 1e6
