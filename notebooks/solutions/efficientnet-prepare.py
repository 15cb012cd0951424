def prepare(crop):
    values = (crop.astype("float32") - 127) / 128
    return values.transpose(2, 0, 1)[np.newaxis]
