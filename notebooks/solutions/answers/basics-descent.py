# Answers to basics-descent beside its solution; `workshop lessons check` tries them.

# %% wrong: uphill
def descent_updates(place, depth, rate):
    return [(place, place + np.float32(rate) * T.grad(depth, place))]


# %% wrong: the whole slope, without the rate
def descent_updates(place, depth, rate):
    return [(place, place - T.grad(depth, place))]


# %% wrong: the depth instead of its slope
def descent_updates(place, depth, rate):
    return [(place, place - np.float32(rate) * depth)]


# %% wrong: a step of the same length everywhere
def descent_updates(place, depth, rate):
    return [(place, place + np.float32(rate))]


# %% wrong: the rate of the example built in
def descent_updates(place, depth, rate):
    return [(place, place - np.float32(0.1) * T.grad(depth, place))]


# %% right: the minus moved into the rate
def descent_updates(place, depth, rate):
    step = np.float32(-rate) * T.grad(depth, place)
    return [(place, step + place)]


# %% wrong: the slope of the example, written out
def descent_updates(place, depth, rate):
    return [(place, place - np.float32(rate) * (T.sin(place) + place * T.cos(place)))]


# %% wrong: what is added in place of the new place
def descent_updates(place, depth, rate):
    return [(place, -np.float32(rate) * T.grad(depth, place))]
