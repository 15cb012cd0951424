def build(hidden):
    network = keras.Sequential([keras.Input((28, 28, 1)), layers.Rescaling(1 / 255), layers.Flatten()])
    for size in hidden:
        network.add(layers.Dense(size, activation="relu"))
    network.add(layers.Dense(10, activation="softmax"))
    return network
