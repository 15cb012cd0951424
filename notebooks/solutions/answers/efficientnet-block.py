# Answers to efficientnet-block beside its solution; `workshop lessons check` tries them.

# %% wrong: what came in is lost
def inverted(x, name):
    wide = relu6(mix(x, f"{name}._expand_conv"))
    seen = relu6(each(wide, f"{name}._depthwise_conv"))
    return mix(seen, f"{name}._project_conv")


# %% wrong: cut off at the narrow end, too
def inverted(x, name):
    wide = relu6(mix(x, f"{name}._expand_conv"))
    seen = relu6(each(wide, f"{name}._depthwise_conv"))
    return relu6(x + mix(seen, f"{name}._project_conv"))


# %% wrong: nothing is cut off anywhere
def inverted(x, name):
    seen = each(mix(x, f"{name}._expand_conv"), f"{name}._depthwise_conv")
    return x + mix(seen, f"{name}._project_conv")


# %% wrong: only what is wide is cut off
def inverted(x, name):
    seen = each(relu6(mix(x, f"{name}._expand_conv")), f"{name}._depthwise_conv")
    return x + mix(seen, f"{name}._project_conv")


# %% wrong: always the same block
def inverted(x, name):
    wide = relu6(mix(x, "_blocks.4._expand_conv"))
    seen = relu6(each(wide, "_blocks.4._depthwise_conv"))
    return x + mix(seen, "_blocks.4._project_conv")


# %% right: in one expression, the sum the other way round
def inverted(x, name):
    steps = [f"{name}.{step}" for step in ("_expand_conv", "_depthwise_conv", "_project_conv")]
    return mix(relu6(each(relu6(mix(x, steps[0])), steps[1])), steps[2]) + x
