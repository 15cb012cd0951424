def descent_updates(place, depth, rate):
    slope = T.grad(depth, place)
    return [(place, place - np.float32(rate) * slope)]
