# Answers to pong-entropy beside its solution; `workshop lessons check` tries them.

# %% wrong: without the minus
def entropy(probabilities):
    return (probabilities * np.log(np.where(probabilities > 0, probabilities, 1))).sum(axis=1)


# %% wrong: in bits
def entropy(probabilities):
    return -(probabilities * np.log2(np.where(probabilities > 0, probabilities, 1))).sum(axis=1)


# %% wrong: 0 times the logarithm of 0
def entropy(probabilities):
    return -(probabilities * np.log(probabilities)).sum(axis=1)


# %% wrong: over the games
def entropy(probabilities):
    return -(probabilities * np.log(np.where(probabilities > 0, probabilities, 1))).sum(axis=0)


# %% right: row by row
def entropy(probabilities):
    return np.array([-sum(p * np.log(p) for p in row if p > 0) for row in probabilities])


# %% wrong: zeros in the policy itself are replaced by 1
def entropy(probabilities):
    probabilities[probabilities == 0] = 1
    return -(probabilities * np.log(probabilities)).sum(axis=1)


# %% also right
# 3: 1 → 2: a probability of 0 has weight 0, whatever replaces its logarithm
