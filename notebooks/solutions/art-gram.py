def gram(features):
    flat = features.reshape((features.shape[0], -1))
    return flat.dot(flat.T) / flat.shape[1]
