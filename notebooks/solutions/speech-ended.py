def word_ended(loud, patience):
    """loud: (frames,) of True and False → the number of a frame, or None."""
    for number in np.flatnonzero(loud):
        after = loud[number + 1 : number + 1 + patience]
        if len(after) == patience and not after.any():
            return int(number + patience)
    return None
