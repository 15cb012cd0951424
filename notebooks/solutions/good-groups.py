def hold_out(groups, fraction, rng):
    """groups: (people,) → (people,) of True and False; True: held out."""
    held_out = np.zeros(len(groups), dtype=bool)
    for group in rng.permutation(np.unique(groups)):
        if held_out.mean() >= fraction:
            break
        held_out |= groups == group
    return held_out
