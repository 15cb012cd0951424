# Answers to caption-read beside its solution; `workshop lessons check` tries them.

# %% wrong: the fits are not made shares
def read_out(features, query, softmax):
    shares = (features * query[:, None, :]).sum(axis=2)
    read = (shares[:, :, None] * features).sum(axis=1)
    return read, shares


# %% wrong: a place fits by the sum of its numbers, whatever is asked
def read_out(features, query, softmax):
    shares = softmax(features.sum(axis=2))
    read = (shares[:, :, None] * features).sum(axis=1)
    return read, shares


# %% wrong: the places are added up, not mixed
def read_out(features, query, softmax):
    shares = softmax((features * query[:, None, :]).sum(axis=2))
    read = features.sum(axis=1)
    return read, shares


# %% wrong: the query is mixed, not the places
def read_out(features, query, softmax):
    shares = softmax((features * query[:, None, :]).sum(axis=2))
    read = (shares[:, :, None] * query[:, None, :]).sum(axis=1)
    return read, shares


# %% wrong: what fits least is read
def read_out(features, query, softmax):
    shares = softmax(-(features * query[:, None, :]).sum(axis=2))
    read = (shares[:, :, None] * features).sum(axis=1)
    return read, shares


# %% right: with the axes turned
def read_out(features, query, softmax):
    turned = features.transpose((1, 0, 2))
    shares = softmax((turned * query).sum(axis=2).T)
    return (turned * shares.T[:, :, None]).sum(axis=0), shares


# %% wrong: by numpy's einsum, which Theano does not know
def read_out(features, query, softmax):
    shares = softmax(np.einsum("npk,nk->np", features, query))
    return np.einsum("np,npk->nk", shares, features), shares


# %% wrong: by products of stacks of tables, which are something else in Theano
def read_out(features, query, softmax):
    shares = softmax((features @ query[:, :, None])[:, :, 0])
    return (shares[:, None] @ features)[:, 0], shares


# %% wrong: an axis is left out of an index, which numpy allows
def read_out(features, query, softmax):
    shares = softmax((features * query[:, None]).sum(axis=2))
    return (shares[:, :, None] * features).sum(axis=1), shares
