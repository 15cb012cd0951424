def meets(off, reach, steep):
    """off: (games,) → (games,) of True and False, (games,) of lines a step"""
    return abs(off) <= reach, steep * off
