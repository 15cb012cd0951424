def weave(score):
    """score: (steps, 4), columns S A T B → (4 · steps,), in the order S B A T, beat by beat."""
    return score[:, [0, 3, 1, 2]].flatten()
