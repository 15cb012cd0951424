"""What one and the same task takes of memory, in a fresh process, by either library.

    python -m workshop.teach.ablations.footprint theano      # or keras, in the environment tensorflow

It opens MNIST, takes over the dense network that comes with the workshop, lets it answer all test digits, and
prints how many MB the process held at most.
"""

from __future__ import annotations

import subprocess
import sys
import warnings

from workshop.teach import checkpoints, data, memory

MODULE = "workshop.teach.ablations.footprint"


def by_theano() -> None:
    """Answer the test digits in Theano and Lasagne."""
    warnings.filterwarnings("ignore")
    import lasagne.layers as layers
    import theano
    import theano.tensor as tensor
    from lasagne.nonlinearities import softmax

    digits = data.load_mnist(as_bytes=True)
    layer = layers.InputLayer((None, 1, 28, 28))
    for size in (400, 400):
        layer = layers.DropoutLayer(layers.DenseLayer(layer, size), 0.3)
    network = layers.DenseLayer(layer, 10, nonlinearity=softmax)
    layers.set_all_param_values(network, checkpoints.load(checkpoints.SHIPPED / "mlp-full.npz")[0])
    inputs = tensor.tensor4("pictures")
    predict = theano.function([inputs], layers.get_output(network, inputs, deterministic=True))
    for start in range(0, len(digits.test_images), 500):
        predict(digits.test_images[start : start + 500].astype("float32") / 255)


def by_keras() -> None:
    """Answer the test digits in Keras."""
    import keras
    from keras import layers

    digits = data.load_mnist(as_bytes=True)
    stack = [keras.Input((28, 28, 1)), layers.Rescaling(1 / 255), layers.Flatten()]
    for size in (400, 400):
        stack += [layers.Dense(size, activation="relu"), layers.Dropout(0.3)]
    network = keras.Sequential([*stack, layers.Dense(10, activation="softmax")])
    network.set_weights(checkpoints.load(checkpoints.SHIPPED / "mlp-full.npz")[0])
    network.predict(digits.test_images.reshape(-1, 28, 28, 1), batch_size=500, verbose=0)


def measured(library: str) -> int:
    """Return the MB that the task takes at its peak, in a process of its own."""
    ran = subprocess.run([sys.executable, "-P", "-m", MODULE, library], capture_output=True, check=True)
    return int(ran.stdout.split()[-1])


if __name__ == "__main__":
    {"theano": by_theano, "keras": by_keras}[sys.argv[1]]()
    print(memory.peak_mb())
