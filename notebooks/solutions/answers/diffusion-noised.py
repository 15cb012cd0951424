# Stored answers to diffusion-noised; `workshop lessons check` tries them.

# %% wrong: shares of the values instead of the variance
def noised(clean, noise, signal):
    return signal * clean + (1 - signal) * noise


# %% wrong: the noise is added and the digit not weakened
def noised(clean, noise, signal):
    return clean + np.sqrt(1 - signal) * noise


# %% wrong: signal and noise are mixed up
def noised(clean, noise, signal):
    return np.sqrt(1 - signal) * clean + np.sqrt(signal) * noise


# %% wrong: the factors add up to one
def noised(clean, noise, signal):
    return np.sqrt(signal) * clean + (1 - np.sqrt(signal)) * noise


# %% right: by the angle between digit and noise
def noised(clean, noise, signal):
    angle = np.arccos(np.sqrt(signal))
    return np.cos(angle) * clean + np.sin(angle) * noise
