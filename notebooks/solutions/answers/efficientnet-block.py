# Answers to efficientnet-block beside its solution; `workshop lessons check` tries them.

# %% wrong: what came in is lost
def inverted(x, name):
    wide = relu6(pointwise(x, f"{name}._expand_conv"))
    seen = relu6(depthwise(wide, f"{name}._depthwise_conv"))
    return pointwise(seen, f"{name}._project_conv")


# %% wrong: cut off at the narrow end, too
def inverted(x, name):
    wide = relu6(pointwise(x, f"{name}._expand_conv"))
    seen = relu6(depthwise(wide, f"{name}._depthwise_conv"))
    return relu6(x + pointwise(seen, f"{name}._project_conv"))


# %% wrong: nothing is cut off anywhere
def inverted(x, name):
    seen = depthwise(pointwise(x, f"{name}._expand_conv"), f"{name}._depthwise_conv")
    return x + pointwise(seen, f"{name}._project_conv")


# %% wrong: only what is wide is cut off
def inverted(x, name):
    seen = depthwise(relu6(pointwise(x, f"{name}._expand_conv")), f"{name}._depthwise_conv")
    return x + pointwise(seen, f"{name}._project_conv")


# %% wrong: always the same block
def inverted(x, name):
    wide = relu6(pointwise(x, "_blocks.4._expand_conv"))
    seen = relu6(depthwise(wide, "_blocks.4._depthwise_conv"))
    return x + pointwise(seen, "_blocks.4._project_conv")


# %% right: in one expression, the sum the other way round
def inverted(x, name):
    steps = [f"{name}.{step}" for step in ("_expand_conv", "_depthwise_conv", "_project_conv")]
    return pointwise(relu6(depthwise(relu6(pointwise(x, steps[0])), steps[1])), steps[2]) + x
