# Stored answers to attention-copy; `workshop lessons check` tries them.

# %% wrong: the token that is here, not the next
def copy_back(tokens, period):
    predicted = torch.zeros_like(tokens)
    predicted[:, period:] = tokens[:, :-period]
    return predicted


# %% wrong: it looks around the end of the sequence
def copy_back(tokens, period):
    return tokens.roll(period - 1, dims=1)


# %% wrong: it looks ahead
def copy_back(tokens, period):
    return tokens.roll(-1, dims=1)


# %% wrong: the first period only, and nothing later
def copy_back(tokens, period):
    predicted = torch.zeros_like(tokens)
    predicted[:, period - 1 : 2 * period - 1] = tokens[:, :period]
    return predicted


# %% wrong: the tokens are moved in place
def copy_back(tokens, period):
    moved = tokens[:, : tokens.shape[1] - period + 1].clone()
    tokens[:, : period - 1] = 0
    tokens[:, period - 1 :] = moved
    return tokens


# %% right: padded on the left, cut on the right
def copy_back(tokens, period):
    return F.pad(tokens, (period - 1, 0))[:, : tokens.shape[1]]
