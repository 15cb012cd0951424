def unseen(voices, count, rng):
    """voices: (words,) of names → (words,) of True and False; True: held back."""
    held_back = rng.choice(np.unique(voices), count, replace=False)
    return np.isin(voices, held_back)
