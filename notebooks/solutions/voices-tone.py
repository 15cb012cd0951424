def tone(pitch, seconds):
    """pitch: a MIDI number → samples, (seconds · RATE,), rounded down."""
    t = np.arange(int(seconds * RATE)) / RATE
    frequency = 440 * 2 ** ((pitch - 69) / 12)
    partials = sum(np.sin(2 * np.pi * k * frequency * t) / k for k in (1, 2, 3))
    return partials * np.exp(-2 * t)
