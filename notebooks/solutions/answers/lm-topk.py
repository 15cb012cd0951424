# Stored answers to lm-topk; `workshop lessons check` tries them.

# %% wrong: multiplied by the temperature
def top_k(logits, temperature, k):
    smallest = logits.topk(k).values[-1]
    return (logits * temperature).masked_fill(logits < smallest, -torch.inf).softmax(dim=-1)


# %% wrong: the rest does not sum to 1
def top_k(logits, temperature, k):
    smallest = logits.topk(k).values[-1]
    return (logits / temperature).softmax(dim=-1).masked_fill(logits < smallest, 0.0)


# %% wrong: the probabilities are divided by the temperature
def top_k(logits, temperature, k):
    kept = logits.softmax(dim=-1) / temperature
    return kept.masked_fill(logits < logits.topk(k).values[-1], 0.0)


# %% wrong: the first k tokens of the vocabulary
def top_k(logits, temperature, k):
    kept = (logits / temperature).clone()
    kept[k:] = -torch.inf
    return kept.softmax(dim=-1)


# %% wrong: only k probabilities, without their places
def top_k(logits, temperature, k):
    return (logits / temperature).topk(k).values.softmax(dim=-1)


# %% wrong: others get the logit 0
def top_k(logits, temperature, k):
    smallest = logits.topk(k).values[-1]
    return (logits / temperature).masked_fill(logits < smallest, 0.0).softmax(dim=-1)


# %% right: put into place
def top_k(logits, temperature, k):
    values, places = (logits / temperature).topk(k)
    probabilities = torch.zeros_like(logits)
    probabilities[places] = values.softmax(dim=-1)
    return probabilities


# %% also right
# 4: 1 → 0: logits have one axis, so −0 and −1 name the same
