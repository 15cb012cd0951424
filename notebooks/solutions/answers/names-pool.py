# Answers to names-pool beside its solution; `workshop lessons check` tries them.

# %% wrong: the padding counts
def masked_mean(shown, mask):
    return shown.mean(axis=0)


# %% wrong: divided by the number of steps
def masked_mean(shown, mask):
    return (shown * mask[:, :, np.newaxis]).mean(axis=0)


# %% wrong: divided by the letters of all names
def masked_mean(shown, mask):
    return (shown * mask[:, :, np.newaxis]).sum(axis=0) / mask.sum()


# %% wrong: divided by the letters of the longest name
def masked_mean(shown, mask):
    return (shown * mask[:, :, np.newaxis]).sum(axis=0) / mask.sum(axis=0).max()


# %% wrong: the sum
def masked_mean(shown, mask):
    return (shown * mask[:, :, np.newaxis]).sum(axis=0)


# %% right: by einsum
def masked_mean(shown, mask):
    return np.einsum("snu,sn->nu", shown, mask) / mask.sum(axis=0)[:, np.newaxis]
