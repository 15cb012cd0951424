# Answers to since-best beside its solution; `workshop lessons check` tries them.

# %% wrong: twenty weights for each token
def best_spent(operations):
    tokens = np.sqrt(operations / 120)
    return 20 * tokens, tokens


# %% wrong: the forward pass only
def best_spent(operations):
    weights = np.sqrt(operations / 40)
    return weights, 20 * weights


# %% wrong: without the root
def best_spent(operations):
    weights = operations / 120
    return weights, 20 * weights


# %% wrong: half of the budget for each
def best_spent(operations):
    half = np.sqrt(operations / 6)
    return half, half


# %% right: by logarithms
def best_spent(operations):
    weights = np.exp((np.log(operations) - np.log(120)) / 2)
    return weights, operations / (6 * weights)


# %% wrong: a dictionary, with both by name
def best_spent(operations):
    weights = np.sqrt(operations / 120)
    return {"weights": weights, "tokens": 20 * weights}
