# Answers to mlp-dropout beside its solution; `workshop lessons check` tries them.

# %% wrong: p is the share that stays
def drop(values, p, rng):
    return values * (rng.random(values.shape) < p) / p


# %% wrong: what stays is not made larger
def drop(values, p, rng):
    return values * (rng.random(values.shape) >= p)


# %% wrong: divided by p instead of by the share that stays
def drop(values, p, rng):
    return values * (rng.random(values.shape) >= p) / p


# %% wrong: the values themselves are forgotten
def drop(values, p, rng):
    return (rng.random(values.shape) >= p) / (1 - p)


# %% wrong: one draw for all
def drop(values, p, rng):
    return values * (rng.random() >= p) / (1 - p)


# %% wrong: a picture loses all of its responses or none
def drop(values, p, rng):
    stays = rng.random(len(values)) >= p
    return (values.T * stays / (1 - p)).T


# %% wrong: all pictures lose the same responses
def drop(values, p, rng):
    stays = rng.random(values.shape[-1]) >= p
    return values * stays / (1 - p)


# %% wrong: it is settled beforehand how many stay
def drop(values, p, rng):
    stays = np.ones(values.size, bool)
    stays[rng.permutation(values.size)[: int(p * values.size)]] = False
    return values * stays.reshape(values.shape) / (1 - p)


# %% wrong: the chance does not come from rng
def drop(values, p, rng):
    return values * (np.random.random(values.shape) >= p) / (1 - p)


# %% right: by np.where
def drop(values, p, rng):
    silent = rng.random(values.shape) < p
    return np.where(silent, 0, values / (1 - p))


# %% wrong: the values that were handed over are silenced
def drop(values, p, rng):
    values[rng.random(values.shape) < p] = 0
    return values / (1 - p)


# %% right: by a draw of zeros and ones
def drop(values, p, rng):
    return values * rng.binomial(1, 1 - p, values.shape) / (1 - p)


# %% also right
# 2: rng.random(values.shape) >= p → rng.random(values.shape) > p: a draw is never exactly p
