# Answers to pong-entropy beside its solution; `workshop lessons check` tries them.

# %% wrong: without the minus
def entropy(shares):
    return (shares * np.log(np.where(shares > 0, shares, 1))).sum(axis=1)


# %% wrong: in bits
def entropy(shares):
    return -(shares * np.log2(np.where(shares > 0, shares, 1))).sum(axis=1)


# %% wrong: 0 times the logarithm of 0
def entropy(shares):
    return -(shares * np.log(shares)).sum(axis=1)


# %% wrong: over the games
def entropy(shares):
    return -(shares * np.log(np.where(shares > 0, shares, 1))).sum(axis=0)


# %% right: row by row
def entropy(shares):
    return np.array([-sum(p * np.log(p) for p in row if p > 0) for row in shares])


# %% wrong: what never comes is made a 1 in the policy itself
def entropy(shares):
    shares[shares == 0] = 1
    return -(shares * np.log(shares)).sum(axis=1)


# %% also right
# 3: 1 → 2: what never comes has the weight 0, whatever stands in for its logarithm
