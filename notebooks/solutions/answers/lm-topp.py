# Stored answers to lm-topp; `workshop lessons check` tries them.

# %% wrong: the token that reaches p is dropped
def top_p(probabilities, p):
    ordered, places = probabilities.sort(descending=True)
    kept = torch.zeros_like(probabilities)
    kept[places] = ordered * (ordered.cumsum(dim=0) <= p)
    return kept / kept.sum()


# %% wrong: not divided by what is left
def top_p(probabilities, p):
    ordered, places = probabilities.sort(descending=True)
    kept = torch.zeros_like(probabilities)
    kept[places] = ordered * (ordered.cumsum(dim=0) - ordered < p)
    return kept


# %% wrong: the places are lost
def top_p(probabilities, p):
    ordered = probabilities.sort(descending=True).values
    kept = ordered * (ordered.cumsum(dim=0) - ordered < p)
    return kept / kept.sum()


# %% wrong: the smallest first
def top_p(probabilities, p):
    ordered, places = probabilities.sort()
    kept = torch.zeros_like(probabilities)
    kept[places] = ordered * (ordered.cumsum(dim=0) - ordered < p)
    return kept / kept.sum()


# %% wrong: a threshold on each probability
def top_p(probabilities, p):
    kept = probabilities * (probabilities >= 1 - p)
    return kept / kept.sum()


# %% right: a loop
def top_p(probabilities, p):
    kept, total = torch.zeros_like(probabilities), 0.0
    for place in probabilities.argsort(descending=True):
        if total >= p:
            break
        kept[place] = probabilities[place]
        total += float(probabilities[place])
    return kept / kept.sum()
