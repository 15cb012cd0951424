# Stored answers to names-pool; `workshop lessons check` tries them.

# %% wrong: the padding counts
def masked_mean(states, mask):
    return states.mean(axis=0)


# %% wrong: divided by the number of steps
def masked_mean(states, mask):
    return (states * mask[:, :, np.newaxis]).mean(axis=0)


# %% wrong: divided by the letters of all names
def masked_mean(states, mask):
    return (states * mask[:, :, np.newaxis]).sum(axis=0) / mask.sum()


# %% wrong: divided by the letters of the longest name
def masked_mean(states, mask):
    return (states * mask[:, :, np.newaxis]).sum(axis=0) / mask.sum(axis=0).max()


# %% wrong: the sum
def masked_mean(states, mask):
    return (states * mask[:, :, np.newaxis]).sum(axis=0)


# %% right: by einsum
def masked_mean(states, mask):
    return np.einsum("snu,sn->nu", states, mask) / mask.sum(axis=0)[:, np.newaxis]
