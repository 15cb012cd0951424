def gram(features):
    flat = features.reshape(len(features), -1)
    return flat @ flat.T / flat.shape[1]
