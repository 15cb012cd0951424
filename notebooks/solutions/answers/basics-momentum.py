# Answers to basics-momentum beside its solution; `workshop lessons check` tries them.

# %% wrong: the weight takes the old velocity
def momentum(loss, weights):
    updates = []
    for weight in weights:
        velocity = theano.shared(np.zeros_like(weight.get_value()))
        slope = T.grad(loss, weight)
        updates.append((velocity, np.float32(0.9) * velocity - np.float32(0.1) * slope))
        updates.append((weight, weight + velocity))
    return updates


# %% wrong: uphill
def momentum(loss, weights):
    updates = []
    for weight in weights:
        velocity = theano.shared(np.zeros_like(weight.get_value()))
        faster = np.float32(0.9) * velocity + np.float32(0.1) * T.grad(loss, weight)
        updates += [(velocity, faster), (weight, weight + faster)]
    return updates


# %% wrong: no memory: plain gradient descent
def momentum(loss, weights):
    updates = []
    for weight in weights:
        velocity = theano.shared(np.zeros_like(weight.get_value()))
        faster = -np.float32(0.1) * T.grad(loss, weight)
        updates += [(velocity, faster), (weight, weight + faster)]
    return updates


# %% wrong: the slope is slowed down as well
def momentum(loss, weights):
    updates = []
    for weight in weights:
        velocity = theano.shared(np.zeros_like(weight.get_value()))
        faster = np.float32(0.9) * (velocity - np.float32(0.1) * T.grad(loss, weight))
        updates += [(velocity, faster), (weight, weight + faster)]
    return updates


# %% right: with the step kept positive and taken away
def momentum(loss, weights):
    pairs = []
    for weight, slope in zip(weights, T.grad(loss, weights)):
        kept = theano.shared(weight.get_value() * np.float32(0))
        step = slope / np.float32(10) + np.float32(0.9) * kept
        pairs += [(kept, step), (weight, weight - step)]
    return pairs


# %% wrong: the velocity begins with the weight's own numbers
def momentum(loss, weights):
    updates = []
    for weight in weights:
        velocity = theano.shared(weight.get_value())
        faster = np.float32(0.9) * velocity - np.float32(0.1) * T.grad(loss, weight)
        updates += [(velocity, faster), (weight, weight + faster)]
    return updates


# %% right: as a dictionary, by Lasagne
def momentum(loss, weights):
    import lasagne

    return lasagne.updates.momentum(loss, weights, 0.1, 0.9)
