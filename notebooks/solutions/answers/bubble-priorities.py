# Answers to bubble-priorities beside its solution; `workshop lessons check` tries them.

# %% wrong: the sign is kept
def priorities(differences, alpha, least):
    powers = (np.maximum(differences, 0) + least) ** alpha
    return powers / powers.sum()


# %% wrong: they do not sum to 1
def priorities(differences, alpha, least):
    return (np.abs(differences) + least) ** alpha


# %% wrong: a well-predicted item is never drawn again
def priorities(differences, alpha, least):
    powers = np.abs(differences) ** alpha
    return powers / powers.sum()


# %% wrong: the exponent is forgotten
def priorities(differences, alpha, least):
    powers = np.abs(differences) + least
    return powers / powers.sum()


# %% right: by the logarithm
def priorities(differences, alpha, least):
    logs = alpha * np.log(np.abs(differences) + least)
    powers = np.exp(logs - logs.max())
    return powers / powers.sum()
