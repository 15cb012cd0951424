# Answers to speech-log-mel beside its solution; `workshop lessons check` tries them.

# %% wrong: no logarithm
def log_mel(power, bank):
    sums = power @ bank.T
    return sums + 1e-6 * sums.max()


# %% wrong: the logarithm of nothing
def log_mel(power, bank):
    with np.errstate(divide="ignore"):
        return np.log(power @ bank.T)


# %% wrong: a fixed floor, whatever the loudness
def log_mel(power, bank):
    return np.log(power @ bank.T + 1e-6)


# %% wrong: decibels
def log_mel(power, bank):
    sums = power @ bank.T
    return 10 * np.log10(sums + 1e-6 * sums.max())


# %% wrong: the logarithm before the sum
def log_mel(power, bank):
    return np.log(power + 1e-6 * power.max()) @ bank.T


# %% wrong: the largest of each band
def log_mel(power, bank):
    sums = power @ bank.T
    return np.log(sums + 1e-6 * sums.max(axis=0))


# %% wrong: a millionth of the largest power, not of the largest sum
def log_mel(power, bank):
    return np.log(power @ bank.T + 1e-6 * power.max())


# %% wrong: what is too small is lifted, nothing is added
def log_mel(power, bank):
    sums = power @ bank.T
    return np.log(np.maximum(sums, 1e-6 * sums.max()))


# %% wrong: the largest of each frame
def log_mel(power, bank):
    sums = power @ bank.T
    return np.log(sums + 1e-6 * sums.max(axis=1, keepdims=True))


# %% right: by einsum, relative to the loudest
def log_mel(power, bank):
    sums = np.einsum("tf,bf->tb", power, bank)
    loudest = sums.max()
    return np.log(loudest) + np.log(sums / loudest + 1e-6)
