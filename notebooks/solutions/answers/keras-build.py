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


# %% wrong: half of the neurons drop out behind each layer
def build(hidden):
    network = keras.Sequential([keras.Input((28, 28, 1)), layers.Rescaling(1 / 255), layers.Flatten()])
    for size in hidden:
        network.add(layers.Dense(size, activation="relu"))
        network.add(layers.Dropout(0.5))
    network.add(layers.Dense(10, activation="softmax"))
    return network


# %% wrong: the grey values stay 0 to 255
def build(hidden):
    network = keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten()])
    for size in hidden:
        network.add(layers.Dense(size, activation="relu"))
    network.add(layers.Dense(10, activation="softmax"))
    return network


# %% wrong: the ten are put into the caller's list
def build(hidden):
    network = keras.Sequential([keras.Input((28, 28, 1)), layers.Rescaling(1 / 255), layers.Flatten()])
    hidden.append(10)
    for size in hidden:
        network.add(layers.Dense(size, activation="softmax" if size == 10 else "relu"))
    return network


# %% right: as one list of layers
def build(hidden):
    inside = [layers.Dense(size, activation="relu") for size in hidden]
    begin = [keras.Input((28, 28, 1)), layers.Rescaling(1 / 255), layers.Flatten()]
    return keras.Sequential([*begin, *inside, layers.Dense(10, activation="softmax")])


# %% right: in the functional way, flat first
def build(hidden):
    pixels = keras.Input((28, 28, 1))
    x = layers.Flatten()(pixels)
    x = layers.Rescaling(1 / 255)(x)
    for n in hidden:
        x = layers.Dense(n, activation=keras.activations.relu)(x)
    return keras.Model(pixels, layers.Dense(10, activation="softmax")(x))
