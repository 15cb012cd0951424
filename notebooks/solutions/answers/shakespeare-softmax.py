# Stored answers to shakespeare-softmax; `workshop lessons check` tries them.

# %% wrong: multiplied by the temperature
def warm(logits, temperature):
    odds = np.exp((logits - logits.max()) * temperature)
    return odds / odds.sum()


# %% wrong: the temperature does nothing
def warm(logits, temperature):
    odds = np.exp(logits - logits.max())
    return odds / temperature / (odds / temperature).sum()


# %% wrong: it overflows
def warm(logits, temperature):
    odds = np.exp(logits / temperature)
    return odds / odds.sum()


# %% wrong: the largest is subtracted, and only that is divided
def warm(logits, temperature):
    odds = np.exp(logits - logits.max() / temperature)
    return odds / odds.sum()


# %% right: a power of the probabilities
def warm(logits, temperature):
    chances = np.exp(logits - np.logaddexp.reduce(logits))
    powers = chances ** (1 / temperature)
    return powers / powers.sum()
