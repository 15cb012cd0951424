# Stored answers to shakespeare-mix; `workshop lessons check` tries them.

# %% wrong: the long context alone
def mix(count, total, kinds, shorter):
    return np.where(total == 0, shorter, count / np.where(total == 0, 1, total))


# %% wrong: half and half
def mix(count, total, kinds, shorter):
    return np.where(total == 0, shorter, (count / np.where(total == 0, 1, total) + shorter) / 2)


# %% wrong: the kinds are left out below
def mix(count, total, kinds, shorter):
    return np.where(total == 0, shorter, (count + kinds * shorter) / np.where(total == 0, 1, total))


# %% wrong: a context that never came is certain of nothing
def mix(count, total, kinds, shorter):
    return (count + kinds * shorter) / np.maximum(total + kinds, 1)


# %% wrong: two kinds, as in the example
def mix(count, total, kinds, shorter):
    never = total == 0
    return np.where(never, shorter, (count + 2 * shorter) / np.where(never, 1, total + 2))


# %% right: as a weight between the two
def mix(count, total, kinds, shorter):
    trust = total / np.maximum(total + kinds, 1e-9)
    return trust * count / np.maximum(total, 1e-9) + (1 - trust) * shorter


# %% also right
# 3: 1 → 2: where nothing came, the quotient is not used
# 3: 1 → 0: where nothing came, the quotient is not used
