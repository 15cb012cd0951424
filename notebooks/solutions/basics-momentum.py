def momentum(loss, weights):
    updates = []
    for weight in weights:
        velocity = theano.shared(np.zeros_like(weight.get_value()))
        slope = T.grad(loss, weight)
        faster = np.float32(0.9) * velocity - np.float32(0.1) * slope
        updates.append((velocity, faster))
        updates.append((weight, weight + faster))
    return updates
