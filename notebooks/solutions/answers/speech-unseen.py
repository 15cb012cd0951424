# Answers to speech-unseen beside its solution; `workshop lessons check` tries them.

# %% wrong: words are held back, not voices
def unseen(voices, count, rng):
    held_back = np.zeros(len(voices), dtype=bool)
    held_back[rng.choice(len(voices), count, replace=False)] = True
    return held_back


# %% wrong: one voice may be chosen twice
def unseen(voices, count, rng):
    return np.isin(voices, rng.choice(np.unique(voices), count))


# %% wrong: who says much is chosen more than once
def unseen(voices, count, rng):
    return np.isin(voices, rng.choice(voices, count, replace=False))


# %% wrong: always the last in the alphabet
def unseen(voices, count, rng):
    return np.isin(voices, np.unique(voices)[-count:])


# %% wrong: those that stay are True
def unseen(voices, count, rng):
    return ~np.isin(voices, rng.choice(np.unique(voices), count - 1, replace=False))


# %% wrong: three voices, however many are asked for
def unseen(voices, count, rng):
    return np.isin(voices, rng.choice(np.unique(voices), 3, replace=False))


# %% right: by a shuffled list
def unseen(voices, count, rng):
    names = sorted(set(voices.tolist()))
    rng.shuffle(names)
    chosen = set(names[:count])
    return np.array([voice in chosen for voice in voices.tolist()])


# %% wrong: a list, of which no later cell can take the opposite
def unseen(voices, count, rng):
    held_back = set(rng.choice(np.unique(voices), count, replace=False))
    return [voice in held_back for voice in voices]
