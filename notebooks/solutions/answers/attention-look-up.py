# Answers to attention-look-up beside its solution; `workshop lessons check` tries them.

# %% wrong: the scores are not divided by the root of d
def look_up(queries, keys, values, mask):
    scores = np.where(mask == 0, -1e9, queries @ keys.T)
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares = powers / powers.sum(axis=1, keepdims=True)
    return shares @ values, shares


# %% wrong: the shares are those of the queries, not of the keys
def look_up(queries, keys, values, mask):
    scores = np.where(mask == 0, -1e9, queries @ keys.T / np.sqrt(keys.shape[1]))
    powers = np.exp(scores - scores.max(axis=0, keepdims=True))
    shares = powers / powers.sum(axis=0, keepdims=True)
    return shares @ values, shares


# %% wrong: a masked score is 0, which still has a share
def look_up(queries, keys, values, mask):
    scores = queries @ keys.T / np.sqrt(keys.shape[1]) * mask
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares = powers / powers.sum(axis=1, keepdims=True)
    return shares @ values, shares


# %% wrong: masked after the softmax, so that the rest no longer adds up to one
def look_up(queries, keys, values, mask):
    scores = queries @ keys.T / np.sqrt(keys.shape[1])
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares = powers / powers.sum(axis=1, keepdims=True) * mask
    return shares @ values, shares


# %% wrong: large scores overflow
def look_up(queries, keys, values, mask):
    scores = np.where(mask == 0, -1e9, queries @ keys.T / np.sqrt(keys.shape[1]))
    shares = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return shares @ values, shares


# %% wrong: divided by the root of 2, whatever d is
def look_up(queries, keys, values, mask):
    scores = np.where(mask == 0, -1e9, queries @ keys.T / np.sqrt(2))
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares = powers / powers.sum(axis=1, keepdims=True)
    return shares @ values, shares


# %% wrong: the keys are mixed
def look_up(queries, keys, values, mask):
    scores = np.where(mask == 0, -1e9, queries @ keys.T / np.sqrt(keys.shape[1]))
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares = powers / powers.sum(axis=1, keepdims=True)
    return shares @ keys, shares


# %% wrong: shares first, answers second
def look_up(queries, keys, values, mask):
    scores = np.where(mask == 0, -1e9, queries @ keys.T / np.sqrt(keys.shape[1]))
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares = powers / powers.sum(axis=1, keepdims=True)
    return shares, shares @ values


# %% right: query by query
def look_up(queries, keys, values, mask):
    shares = np.zeros((len(queries), len(keys)))
    for place, query in enumerate(queries):
        scores = keys @ query / len(query) ** 0.5 - 1e9 * (mask[place] == 0)
        shares[place] = np.exp(scores - np.logaddexp.reduce(scores))
    return shares @ values, shares


# %% also right
# 3: 1000000000.0 → 1000000001.0: one more or less in a thousand million leaves no share, either
