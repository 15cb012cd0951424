# Stored answers to voices-tone; `workshop lessons check` tries them.

# %% wrong: the number of the note taken for its frequency
def tone(pitch, seconds):
    t = np.arange(int(seconds * RATE)) / RATE
    return sum(np.sin(2 * np.pi * k * pitch * t) / k for k in (1, 2, 3)) * np.exp(-2 * t)


# %% wrong: all partials equally loud
def tone(pitch, seconds):
    t = np.arange(int(seconds * RATE)) / RATE
    frequency = 440 * 2 ** ((pitch - 69) / 12)
    return sum(np.sin(2 * np.pi * k * frequency * t) for k in (1, 2, 3)) * np.exp(-2 * t)


# %% wrong: it never fades
def tone(pitch, seconds):
    t = np.arange(int(seconds * RATE)) / RATE
    frequency = 440 * 2 ** ((pitch - 69) / 12)
    return sum(np.sin(2 * np.pi * k * frequency * t) / k for k in (1, 2, 3))


# %% wrong: an octave taken for seven notes, not twelve semitones
def tone(pitch, seconds):
    t = np.arange(int(seconds * RATE)) / RATE
    frequency = 440 * 2 ** ((pitch - 69) / 7)
    return sum(np.sin(2 * np.pi * k * frequency * t) / k for k in (1, 2, 3)) * np.exp(-2 * t)


# %% wrong: 2π forgotten, so that radians are taken for turns
def tone(pitch, seconds):
    t = np.arange(int(seconds * RATE)) / RATE
    frequency = 440 * 2 ** ((pitch - 69) / 12)
    return sum(np.sin(k * frequency * t) / k for k in (1, 2, 3)) * np.exp(-2 * t)


# %% wrong: the same step in hertz for each semitone
def tone(pitch, seconds):
    t = np.arange(int(seconds * RATE)) / RATE
    frequency = 440 * (1 + (pitch - 69) / 12)
    partials = sum(np.sin(2 * np.pi * k * frequency * t) / k for k in (1, 2, 3))
    return partials * np.exp(-2 * t)


# %% right: the partials as a table
def tone(pitch, seconds):
    t = np.arange(int(seconds * RATE)) / RATE
    partial = np.array([[1.0], [2.0], [3.0]])
    frequency = 440.0 * np.exp2((pitch - 69) / 12)
    waves = np.sin(2 * np.pi * frequency * partial * t) / partial
    return np.exp(-2 * t) * waves.sum(axis=0)
