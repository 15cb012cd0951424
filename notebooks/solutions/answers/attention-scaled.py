# Stored answers to attention-scaled; `workshop lessons check` tries them.

# %% wrong: no mask
def attention(query, key, value, mask):
    scores = query @ key.transpose(-2, -1) / query.shape[-1] ** 0.5
    weights = scores.softmax(dim=-1)
    return weights @ value, weights


# %% wrong: the past is masked instead of the future
def attention(query, key, value, mask):
    scores = query @ key.transpose(-2, -1) / query.shape[-1] ** 0.5
    weights = scores.masked_fill(mask, -1e9).softmax(dim=-1)
    return weights @ value, weights


# %% wrong: masked after softmax
def attention(query, key, value, mask):
    scores = query @ key.transpose(-2, -1) / query.shape[-1] ** 0.5
    weights = scores.softmax(dim=-1) * mask
    return weights @ value, weights


# %% wrong: masked scores are 0, which softmax still gives weight
def attention(query, key, value, mask):
    scores = query @ key.transpose(-2, -1) / query.shape[-1] ** 0.5
    weights = (scores * mask).softmax(dim=-1)
    return weights @ value, weights


# %% wrong: no division by the root of d
def attention(query, key, value, mask):
    scores = query @ key.transpose(-2, -1)
    weights = scores.masked_fill(~mask, -torch.inf).softmax(dim=-1)
    return weights @ value, weights


# %% wrong: divided by d, not by its root
def attention(query, key, value, mask):
    scores = query @ key.transpose(-2, -1) / query.shape[-1]
    weights = scores.masked_fill(~mask, -torch.inf).softmax(dim=-1)
    return weights @ value, weights


# %% wrong: softmax over the queries
def attention(query, key, value, mask):
    scores = query @ key.transpose(-2, -1) / query.shape[-1] ** 0.5
    weights = scores.masked_fill(~mask, -1e9).softmax(dim=-2)
    return weights @ value, weights


# %% wrong: query and key swapped
def attention(query, key, value, mask):
    scores = key @ query.transpose(-2, -1) / query.shape[-1] ** 0.5
    weights = scores.masked_fill(~mask, -torch.inf).softmax(dim=-1)
    return weights @ value, weights


# %% wrong: the keys are mixed, not the values
def attention(query, key, value, mask):
    scores = query @ key.transpose(-2, -1) / query.shape[-1] ** 0.5
    weights = scores.masked_fill(~mask, -torch.inf).softmax(dim=-1)
    return weights @ key, weights


# %% wrong: weights first, output second
def attention(query, key, value, mask):
    scores = query @ key.transpose(-2, -1) / query.shape[-1] ** 0.5
    weights = scores.masked_fill(~mask, -torch.inf).softmax(dim=-1)
    return weights, weights @ value


# %% wrong: divided by 3, whatever d is
def attention(query, key, value, mask):
    scores = query @ key.transpose(-2, -1) / 3
    weights = scores.masked_fill(~mask, -torch.inf).softmax(dim=-1)
    return weights @ value, weights


# %% wrong: in NumPy, through which no gradient flows
def attention(query, key, value, mask):
    query, key, value = (each.numpy() for each in (query, key, value))
    scores = query @ np.swapaxes(key, -2, -1) / query.shape[-1] ** 0.5
    powers = np.exp(np.where(mask, scores, -np.inf))
    weights = powers / powers.sum(axis=-1, keepdims=True)
    return weights @ value, weights


# %% right: with einsum, and softmax by hand
def attention(query, key, value, mask):
    scores = torch.einsum("...nd,...md->...nm", query, key) / query.shape[-1] ** 0.5
    scores = torch.where(mask, scores, -torch.inf)
    powers = torch.exp(scores - scores.amax(dim=-1, keepdim=True))
    weights = powers / powers.sum(dim=-1, keepdim=True)
    return torch.einsum("...nm,...md->...nd", weights, value), weights
