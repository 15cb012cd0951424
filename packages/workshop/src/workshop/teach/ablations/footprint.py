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
    import lasagne.layers as L
    import theano
    import theano.tensor as T
    from lasagne.nonlinearities import softmax

    digits = data.load_mnist(as_bytes=True)
    layer = L.InputLayer((None, 1, 28, 28))
    for size in (400, 400):
        layer = L.DropoutLayer(L.DenseLayer(layer, size), 0.3)
    network = L.DenseLayer(layer, 10, nonlinearity=softmax)
    L.set_all_param_values(network, checkpoints.load(checkpoints.SHIPPED / "mlp-full.npz")[0])
    X = T.tensor4("X")
    predict = theano.function([X], L.get_output(network, X, deterministic=True))
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
