def he(shape, rng):
    inputs = shape[-2]
    return (np.sqrt(2 / inputs) * rng.standard_normal(shape)).astype("float32")
