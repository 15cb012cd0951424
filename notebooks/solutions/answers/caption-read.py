# Stored answers to caption-read; `workshop lessons check` tries them.

# %% wrong: no softmax
def read_out(features, query, softmax):
    attention = (features * query[:, None, :]).sum(axis=2)
    read = (attention[:, :, None] * features).sum(axis=1)
    return read, attention


# %% wrong: a place fits by the sum of its numbers, whatever is asked
def read_out(features, query, softmax):
    attention = softmax(features.sum(axis=2))
    read = (attention[:, :, None] * features).sum(axis=1)
    return read, attention


# %% wrong: the places are added up, not mixed
def read_out(features, query, softmax):
    attention = softmax((features * query[:, None, :]).sum(axis=2))
    read = features.sum(axis=1)
    return read, attention


# %% wrong: the query is mixed, not the places
def read_out(features, query, softmax):
    attention = softmax((features * query[:, None, :]).sum(axis=2))
    read = (attention[:, :, None] * query[:, None, :]).sum(axis=1)
    return read, attention


# %% wrong: what fits least is read
def read_out(features, query, softmax):
    attention = softmax(-(features * query[:, None, :]).sum(axis=2))
    read = (attention[:, :, None] * features).sum(axis=1)
    return read, attention


# %% right: with the axes turned
def read_out(features, query, softmax):
    turned = features.transpose((1, 0, 2))
    attention = softmax((turned * query).sum(axis=2).T)
    return (turned * attention.T[:, :, None]).sum(axis=0), attention


# %% wrong: by numpy's einsum, which Theano does not know
def read_out(features, query, softmax):
    attention = softmax(np.einsum("npk,nk->np", features, query))
    return np.einsum("np,npk->nk", attention, features), attention


# %% wrong: by products of stacks of tables, which are something else in Theano
def read_out(features, query, softmax):
    attention = softmax((features @ query[:, :, None])[:, :, 0])
    return (attention[:, None] @ features)[:, 0], attention


# %% wrong: an axis is left out of an index, which numpy allows
def read_out(features, query, softmax):
    attention = softmax((features * query[:, None]).sum(axis=2))
    return (attention[:, :, None] * features).sum(axis=1), attention
