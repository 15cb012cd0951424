"""What is measured: the products of matrices that the lessons make, and a step of training.

Only ``compiled`` needs Theano and Lasagne, so that everything else can be asked anywhere.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

TRAINING = "training step"
BATCH = 128
SIZES = (784, 400, 400, 10)
"""The dense network of the MNIST lesson: 784 pixels, two hidden layers, 10 digits."""


@dataclass(frozen=True)
class Product:
    """A product of a (rows, inner) and an (inner, columns) matrix of float32."""

    rows: int
    inner: int
    columns: int

    @property
    def flops(self) -> int:
        """Operations: one multiplication and one addition for each inner element of the result."""
        return 2 * self.rows * self.inner * self.columns


PRODUCTS = {
    "dense layer": Product(128, 784, 400),
    "hidden layer": Product(128, 400, 400),
    "convolution, MNIST": Product(32, 400, 64),
    "convolution, GoogLeNet": Product(192, 576, 3136),
}
"""As the lessons make them: a batch through a layer; filters times the patches of one picture."""
LESSONS = (TRAINING, *PRODUCTS)
QUICK = (TRAINING, "dense layer", "convolution, GoogLeNet")
"""What decides most: the step that lessons repeat, and a large and a middling product."""
SQUARES = (32, 64, 128, 256, 512, 1024)


def square(side: int) -> str:
    """Return the name of the product of two square matrices."""
    return f"square {side}"


def product(name: str) -> Product:
    """Return the product that a name means; KeyError for the training step and unknown names."""
    if name.startswith("square "):
        side = int(name.removeprefix("square "))
        return Product(side, side, side)
    return PRODUCTS[name]


def flops(name: str) -> int:
    """Return the floating point operations of one call.

    A step of training multiplies by each weight three times: forward, for the gradient of the
    weights, and for that of the layer below.
    """
    if name != TRAINING:
        return product(name).flops
    weights = sum(inputs * outputs for inputs, outputs in itertools.pairwise(SIZES))
    return 3 * 2 * BATCH * weights


def compiled(names: Iterable[str]) -> dict[str, Callable[[], object]]:
    """Return for each name a function without arguments that does the work once, compiled by Theano."""
    multiply = _multiplication()
    return {name: _training() if name == TRAINING else _product(product(name), multiply) for name in names}


def _multiplication() -> Callable[..., object]:
    """Compile the product of any two matrices, as a layer of a network makes it."""
    import theano

    left, right = theano.tensor.matrices("left", "right")
    multiply: Callable[..., object] = theano.function([left, right], theano.tensor.dot(left, right))
    return multiply


def _product(shape: Product, multiply: Callable[..., object]) -> Callable[[], object]:
    """Return one product of random matrices."""
    import numpy as np

    rng = np.random.default_rng(0)
    left = rng.random((shape.rows, shape.inner), dtype=np.float32)
    right = rng.random((shape.inner, shape.columns), dtype=np.float32)
    return lambda: multiply(left, right)


def _training() -> Callable[[], object]:
    """Compile the step of the MNIST lesson; the digits are noise, which takes the same time."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Lasagne speaks an older dialect of Theano
        import lasagne
        import numpy as np
        import theano
        import theano.tensor as T  # noqa: N812  (as all of Theano's documentation has it)

    pictures, labels, rate = T.tensor4("X"), T.ivector("y"), T.scalar("rate")
    network: Any = lasagne.layers.InputLayer((None, 1, 28, 28))
    for size in SIZES[1:-1]:
        network = lasagne.layers.DenseLayer(network, size, nonlinearity=lasagne.nonlinearities.rectify)
    network = lasagne.layers.DenseLayer(network, SIZES[-1], nonlinearity=lasagne.nonlinearities.softmax)
    answers = lasagne.layers.get_output(network, pictures)
    loss = T.nnet.categorical_crossentropy(answers, labels).mean()
    weights = lasagne.layers.get_all_params(network, trainable=True)
    step = theano.function([pictures, labels, rate], loss, updates=lasagne.updates.sgd(loss, weights, rate))
    rng = np.random.default_rng(0)
    batch = rng.random((BATCH, 1, 28, 28), dtype=np.float32)
    truth = rng.integers(0, 10, BATCH).astype(np.int32)
    return lambda: step(batch, truth, 0.01)
