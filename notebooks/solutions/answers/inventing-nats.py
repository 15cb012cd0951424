# Answers to inventing-nats beside its solution; `workshop lessons check` tries them.

# %% wrong: without the minus
def nats_per_letter(chances):
    return np.log(chances).mean()


# %% wrong: the logarithm of the mean instead of the mean of the logarithms
def nats_per_letter(chances):
    return -np.log(np.mean(chances))


# %% wrong: bits instead of nats
def nats_per_letter(chances):
    return -np.log2(chances).mean()


# %% wrong: the sum
def nats_per_letter(chances):
    return -np.log(chances).sum()


# %% wrong: the median of the prices
def nats_per_letter(chances):
    return np.median(-np.log(chances))


# %% right: the logarithm of one over p
def nats_per_letter(chances):
    return sum(np.log(1 / p) for p in chances) / len(chances)
