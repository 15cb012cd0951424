def inverted(x, name):
    wide = relu6(pointwise(x, f"{name}._expand_conv"))
    seen = relu6(depthwise(wide, f"{name}._depthwise_conv"))
    return x + pointwise(seen, f"{name}._project_conv")
