# Answers to residual-block beside its solution; `workshop lessons check` tries them.

# %% wrong: what came in is not added
def residual_block(layer):
    inner = L.DenseLayer(layer, WIDTH)
    return L.DenseLayer(inner, WIDTH, nonlinearity=None)


# %% wrong: what came in is all that goes out
def residual_block(layer):
    return layer


# %% wrong: the inner layer is added, not what came in
def residual_block(layer):
    inner = L.DenseLayer(layer, WIDTH)
    return L.ElemwiseSumLayer([inner, L.DenseLayer(inner, WIDTH, nonlinearity=None)])


# %% wrong: the outer layer cannot take anything away
def residual_block(layer):
    inner = L.DenseLayer(layer, WIDTH)
    return L.ElemwiseSumLayer([layer, L.DenseLayer(inner, WIDTH)])


# %% wrong: a relu behind the sum
def residual_block(layer):
    inner = L.DenseLayer(layer, WIDTH)
    outer = L.DenseLayer(inner, WIDTH, nonlinearity=None)
    return L.NonlinearityLayer(L.ElemwiseSumLayer([layer, outer]))


# %% wrong: no relu inside
def residual_block(layer):
    inner = L.DenseLayer(layer, WIDTH, nonlinearity=None)
    return L.ElemwiseSumLayer([layer, L.DenseLayer(inner, WIDTH, nonlinearity=None)])


# %% wrong: tanh inside
def residual_block(layer):
    inner = L.DenseLayer(layer, WIDTH, nonlinearity=lasagne.nonlinearities.tanh)
    return L.ElemwiseSumLayer([layer, L.DenseLayer(inner, WIDTH, nonlinearity=None)])


# %% right: the sum the other way round
def residual_block(layer):
    output = layer
    for nonlinearity in (lasagne.nonlinearities.rectify, None):
        output = L.DenseLayer(output, WIDTH, nonlinearity=nonlinearity)
    return L.ElemwiseSumLayer([output, layer])
