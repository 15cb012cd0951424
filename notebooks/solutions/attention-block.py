def block(x, attention, mlp, layer_norm_1, layer_norm_2):
    """x: (batch, n, width); the others are modules that keep its shape → (batch, n, width)."""
    x = x + attention(layer_norm_1(x))
    return x + mlp(layer_norm_2(x))
