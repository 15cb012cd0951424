# Answers to keras-build beside its solution; `workshop lessons check` tries them.

# %% wrong: no softmax at the end
def build(hidden):
    network = keras.Sequential([keras.Input((28, 28, 1)), layers.Rescaling(1 / 255), layers.Flatten()])
    for size in hidden:
        network.add(layers.Dense(size, activation="relu"))
    network.add(layers.Dense(10))
    return network


# %% wrong: the layers inside are linear
def build(hidden):
    network = keras.Sequential([keras.Input((28, 28, 1)), layers.Rescaling(1 / 255), layers.Flatten()])
    for size in hidden:
        network.add(layers.Dense(size))
    network.add(layers.Dense(10, activation="softmax"))
    return network


# %% wrong: all layers are as large as the first one
def build(hidden):
    network = keras.Sequential([keras.Input((28, 28, 1)), layers.Rescaling(1 / 255), layers.Flatten()])
    for _ in hidden:
        network.add(layers.Dense(hidden[0], activation="relu"))
    network.add(layers.Dense(10, activation="softmax"))
    return network


# %% wrong: softmax inside as well
def build(hidden):
    network = keras.Sequential([keras.Input((28, 28, 1)), layers.Rescaling(1 / 255), layers.Flatten()])
    for size in [*hidden, 10]:
        network.add(layers.Dense(size, activation="softmax"))
    return network


# %% wrong: the largest layer first, whatever the order
def build(hidden):
    network = keras.Sequential([keras.Input((28, 28, 1)), layers.Rescaling(1 / 255), layers.Flatten()])
    for size in sorted(hidden, reverse=True):
        network.add(layers.Dense(size, activation="relu"))
    network.add(layers.Dense(10, activation="softmax"))
    return network


# %% wrong: neurons without a bias
def build(hidden):
    network = keras.Sequential([keras.Input((28, 28, 1)), layers.Rescaling(1 / 255), layers.Flatten()])
    for size in hidden:
        network.add(layers.Dense(size, activation="relu", use_bias=False))
    network.add(layers.Dense(10, activation="softmax"))
    return network


# %% right: as one list of layers
def build(hidden):
    inside = [layers.Dense(size, activation="relu") for size in hidden]
    begin = [keras.Input((28, 28, 1)), layers.Rescaling(1 / 255), layers.Flatten()]
    return keras.Sequential([*begin, *inside, layers.Dense(10, activation="softmax")])
