# Stored answers to diffusion-apart; `workshop lessons check` tries them.

# %% wrong: noise first
def taken_apart(noisy, velocity, signal):
    clean = np.sqrt(signal) * noisy - np.sqrt(1 - signal) * velocity
    noise = np.sqrt(1 - signal) * noisy + np.sqrt(signal) * velocity
    return noise, clean


# %% wrong: the velocity is taken for the noise
def taken_apart(noisy, velocity, signal):
    clean = (noisy - np.sqrt(1 - signal) * velocity) / np.sqrt(np.maximum(signal, 1e-9))
    return clean, velocity


# %% wrong: the velocity is added where it is to be taken away
def taken_apart(noisy, velocity, signal):
    clean = np.sqrt(signal) * noisy + np.sqrt(1 - signal) * velocity
    noise = np.sqrt(1 - signal) * noisy - np.sqrt(signal) * velocity
    return clean, noise


# %% wrong: without the square roots
def taken_apart(noisy, velocity, signal):
    clean = signal * noisy - (1 - signal) * velocity
    noise = (1 - signal) * noisy + signal * velocity
    return clean, noise


# %% right: turned back by the angle
def taken_apart(noisy, velocity, signal):
    angle = np.arctan2(np.sqrt(1 - signal), np.sqrt(signal))
    clean = noisy * np.cos(angle) - velocity * np.sin(angle)
    noise = noisy * np.sin(angle) + velocity * np.cos(angle)
    return clean, noise
