# Answers to mlp-softmax beside its solution; `workshop lessons check` tries them.

# %% wrong: the largest of the whole table is subtracted
def softmax(scores):
    powers = np.exp(scores - scores.max())
    return powers / powers.sum(axis=1, keepdims=True)


# %% wrong: nothing is subtracted, so it overflows
def softmax(scores):
    return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)


# %% wrong: each column adds up to 1 instead of each row
def softmax(scores):
    powers = np.exp(scores - scores.max(axis=0))
    return powers / powers.sum(axis=0)


# %% wrong: shares of the scores, without the powers
def softmax(scores):
    return scores / scores.sum(axis=1, keepdims=True)


# %% wrong: everything together adds up to 1
def softmax(scores):
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


# %% wrong: the mean subtracted
def softmax(scores):
    powers = np.exp(scores - scores.mean(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


# %% right: by the logarithm of the sum
def softmax(scores):
    return np.exp(scores - np.logaddexp.reduce(scores, axis=1, keepdims=True))
