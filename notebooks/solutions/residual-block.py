def residual_block(layer):
    inner = L.DenseLayer(layer, WIDTH)
    outer = L.DenseLayer(inner, WIDTH, nonlinearity=None)
    return L.ElemwiseSumLayer([layer, outer])
