# Stored answers to found-fraction; `workshop lessons check` tries them.

# %% wrong: without the ones
def capital_fraction(capital, small):
    return capital / max(1, capital + small)


# %% wrong: the ones above only
def capital_fraction(capital, small):
    return (capital + 1) / (capital + small + 1)


# %% wrong: the fraction of small letters
def capital_fraction(capital, small):
    return (small + 1) / (capital + small + 2)


# %% right: one less the fraction of small letters
def capital_fraction(capital, small):
    return 1 - (small + 1) / (capital + small + 2)
