# Stored answers to attention-block; `workshop lessons check` tries them.

# %% wrong: nothing is added, each replaces x
def block(x, attention, mlp, layer_norm_1, layer_norm_2):
    return mlp(layer_norm_2(attention(layer_norm_1(x))))


# %% wrong: x is not normalised
def block(x, attention, mlp, layer_norm_1, layer_norm_2):
    x = x + attention(x)
    return x + mlp(x)


# %% wrong: only what attention reads is normalised
def block(x, attention, mlp, layer_norm_1, layer_norm_2):
    x = x + attention(layer_norm_1(x))
    return x + mlp(x)


# %% wrong: both read the old x
def block(x, attention, mlp, layer_norm_1, layer_norm_2):
    return x + attention(layer_norm_1(x)) + mlp(layer_norm_2(x))


# %% wrong: the normalised x is kept instead of x
def block(x, attention, mlp, layer_norm_1, layer_norm_2):
    x = layer_norm_1(x)
    x = x + attention(x)
    return x + mlp(layer_norm_2(x))


# %% wrong: normalised after the addition (post-norm)
def block(x, attention, mlp, layer_norm_1, layer_norm_2):
    x = layer_norm_1(x + attention(x))
    return layer_norm_2(x + mlp(x))


# %% wrong: one norm twice
def block(x, attention, mlp, layer_norm_1, layer_norm_2):
    x = x + attention(layer_norm_1(x))
    return x + mlp(layer_norm_1(x))


# %% right: by a loop
def block(x, attention, mlp, layer_norm_1, layer_norm_2):
    for layer_norm, part in ((layer_norm_1, attention), (layer_norm_2, mlp)):
        x = x + part(layer_norm(x))
    return x
