def guided(conditional, unconditional, strength):
    """The velocities with and without the class, (n, 64), strength: 0 or more → (n, 64)."""
    return conditional + strength * (conditional - unconditional)
