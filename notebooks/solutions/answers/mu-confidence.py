# Stored answers to mu-confidence; `workshop lessons check` tries them.

# %% wrong: the sum of logarithms
def confidence(logits, tokens):
    return float(logits.log_softmax(dim=-1).gather(1, tokens[:, None]).sum())


# %% wrong: the mean of the tokens' probabilities
def confidence(logits, tokens):
    return float(logits.softmax(dim=-1).gather(1, tokens[:, None]).mean())


# %% wrong: a token's geometric mean
def confidence(logits, tokens):
    return float(logits.log_softmax(dim=-1).gather(1, tokens[:, None]).mean().exp())


# %% wrong: the least certain token alone
def confidence(logits, tokens):
    return float(logits.softmax(dim=-1).gather(1, tokens[:, None]).min())


# %% wrong: the largest probabilities, whatever the answer is
def confidence(logits, tokens):
    return float(logits.softmax(dim=-1).amax(dim=-1).prod())


# %% wrong: softmax over the positions
def confidence(logits, tokens):
    return float(logits.log_softmax(dim=0).gather(1, tokens[:, None]).sum().exp())


# %% right: a product
def confidence(logits, tokens):
    return float(logits.softmax(dim=-1)[torch.arange(len(tokens)), tokens].prod())


# %% right: by the loss
def confidence(logits, tokens):
    return float((-F.cross_entropy(logits, tokens, reduction="sum")).exp())


# %% also right
# 3: -1 → 1: the logits have two axes, so the last one is axis 1
