def guided(conditional, unconditional, strength):
    """conditional and unconditional: velocities (n, 64), strength: 0 or more → (n, 64)."""
    return conditional + strength * (conditional - unconditional)
