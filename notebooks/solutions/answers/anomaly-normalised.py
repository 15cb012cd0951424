# Stored answers to anomaly-normalised; `workshop lessons check` tries them.

# %% wrong: the pixels are not squared
def ink_normalised(errors, some, power):
    return errors / np.maximum(some.sum(axis=1), 1) ** power


# %% wrong: an empty image divides by nothing
def ink_normalised(errors, some, power):
    return errors / (some**2).sum(axis=1) ** power


# %% wrong: multiplied instead of divided
def ink_normalised(errors, some, power):
    return errors * np.maximum((some**2).sum(axis=1), 1) ** power


# %% wrong: always by the whole ink
def ink_normalised(errors, some, power):
    return errors / np.maximum((some**2).sum(axis=1), 1)


# %% wrong: 1 is added to every image's ink
def ink_normalised(errors, some, power):
    return errors / (1 + (some**2).sum(axis=1)) ** power


# %% right: by logarithms
def ink_normalised(errors, some, power):
    ink = np.einsum("ij,ij->i", some, some).clip(1)
    return errors * np.exp(-power * np.log(ink))


# %% wrong: a list, of which no later cell can take a part
def ink_normalised(errors, some, power):
    return [error / max(float(one @ one), 1.0) ** power for error, one in zip(errors, some)]
