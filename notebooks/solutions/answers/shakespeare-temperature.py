# Answers to shakespeare-temperature beside its solution; `workshop lessons check` tries them.

# %% wrong: multiplied by the temperature
def warm(answers, temperature):
    odds = np.exp((answers - answers.max()) * temperature)
    return odds / odds.sum()


# %% wrong: the temperature does nothing
def warm(answers, temperature):
    odds = np.exp(answers - answers.max())
    return odds / temperature / (odds / temperature).sum()


# %% wrong: it overflows
def warm(answers, temperature):
    odds = np.exp(answers / temperature)
    return odds / odds.sum()


# %% wrong: the largest is subtracted, and only that is divided
def warm(answers, temperature):
    odds = np.exp(answers - answers.max() / temperature)
    return odds / odds.sum()


# %% right: a power of the probabilities
def warm(answers, temperature):
    chances = np.exp(answers - np.logaddexp.reduce(answers))
    powers = chances ** (1 / temperature)
    return powers / powers.sum()
