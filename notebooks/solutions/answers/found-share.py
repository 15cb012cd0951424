# Answers to found-share beside its solution; `workshop lessons check` tries them.

# %% wrong: without the ones
def capital_share(capital, small):
    return capital / max(1, capital + small)


# %% wrong: the ones above only
def capital_share(capital, small):
    return (capital + 1) / (capital + small + 1)


# %% wrong: the share of small letters
def capital_share(capital, small):
    return (small + 1) / (capital + small + 2)


# %% right: one less the share of small letters
def capital_share(capital, small):
    return 1 - (small + 1) / (capital + small + 2)
