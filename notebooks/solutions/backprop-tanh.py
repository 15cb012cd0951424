def tanh(value):
    height = math.tanh(value.data)
    return Value(height, (value,), (1 - height**2,), "tanh")
