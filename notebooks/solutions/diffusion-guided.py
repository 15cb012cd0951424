def guided(told, untold, strength):
    """told and untold: velocities (n, 64), strength: 0 or more → (n, 64)."""
    return told + strength * (told - untold)
