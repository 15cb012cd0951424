# Stored answers to inventing-nats; `workshop lessons check` tries them.

# %% wrong: without the minus
def nats_per_letter(probabilities):
    return np.log(probabilities).mean()


# %% wrong: the logarithm of the mean instead of the mean of the logarithms
def nats_per_letter(probabilities):
    return -np.log(np.mean(probabilities))


# %% wrong: bits instead of nats
def nats_per_letter(probabilities):
    return -np.log2(probabilities).mean()


# %% wrong: the sum
def nats_per_letter(probabilities):
    return -np.log(probabilities).sum()


# %% wrong: the median of the prices
def nats_per_letter(probabilities):
    return np.median(-np.log(probabilities))


# %% right: the logarithm of one over p
def nats_per_letter(probabilities):
    return sum(np.log(1 / p) for p in probabilities) / len(probabilities)
