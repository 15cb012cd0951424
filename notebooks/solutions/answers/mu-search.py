# Stored answers to mu-search; `workshop lessons check` tries them.

# %% wrong: no weights
def search(question, counts):
    return F.cosine_similarity(counts, question[None], dim=1)


# %% wrong: a dot product, so long documents win
def search(question, counts):
    rarity = (len(counts) / (counts > 0).sum(dim=0).clamp(min=1)).log()
    return (counts * rarity) @ (question * rarity)


# %% wrong: the question without weights
def search(question, counts):
    rarity = (len(counts) / (counts > 0).sum(dim=0).clamp(min=1)).log()
    return F.cosine_similarity(counts * rarity, question[None], dim=1)


# %% wrong: how often a token occurs, not in how many documents
def search(question, counts):
    rarity = (len(counts) / counts.sum(dim=0).clamp(min=1)).log()
    return F.cosine_similarity(counts * rarity, (question * rarity)[None], dim=1)


# %% wrong: no document has the token, and its weight is infinite
def search(question, counts):
    rarity = (len(counts) / (counts > 0).sum(dim=0)).log()
    return F.cosine_similarity(counts * rarity, (question * rarity)[None], dim=1)


# %% right: with lengths of one, and a matrix product
def search(question, counts):
    rarity = -((counts > 0).float().sum(dim=0).clamp(min=1) / len(counts)).log()
    return F.normalize(counts * rarity, dim=1) @ F.normalize(question * rarity, dim=0)
