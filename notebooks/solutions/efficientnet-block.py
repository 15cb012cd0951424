def inverted(x, name):
    wide = relu6(mix(x, f"{name}._expand_conv"))
    seen = relu6(each(wide, f"{name}._depthwise_conv"))
    return x + mix(seen, f"{name}._project_conv")
