# Stored answers to mu-score; `workshop lessons check` tries them.

# %% wrong: a refusal costs as much as a wrong answer
def score(hits, refused, penalty):
    return hits.mean() - penalty * (~hits).mean()


# %% wrong: points for wrong answers
def score(hits, refused, penalty):
    return hits.mean() + penalty * (~hits & ~refused).mean()


# %% wrong: the sum
def score(hits, refused, penalty):
    return hits.sum() - penalty * (~hits & ~refused).sum()


# %% wrong: the mean of the answers given
def score(hits, refused, penalty):
    return (hits.sum() - penalty * (~hits & ~refused).sum()) / (~refused).sum()


# %% wrong: no penalty
def score(hits, refused, penalty):
    return hits.mean()


# %% right: point by point
def score(hits, refused, penalty):
    return np.where(hits, 1, np.where(refused, 0, -penalty)).mean()
