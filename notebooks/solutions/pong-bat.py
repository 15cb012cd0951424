def meets(off, reach, steep):
    """off: (games,) → hit: (games,) of bool, slope: (games,) in rows per step"""
    return abs(off) <= reach, steep * off
