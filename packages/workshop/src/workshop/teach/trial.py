"""A small network in which one layer is tried: the same before it, the same behind it, the same training.

Fashion-MNIST goes through 16 filters of 3 × 3 and a pooling, through whatever is tried, then through a second
pooling and the mean over all places, to ten answers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import lasagne
import lasagne.layers as L  # noqa: N812 - as Lasagne's own examples write it
import numpy as np
import numpy.typing as npt
import theano
import theano.tensor as T  # noqa: N812

from workshop.teach import batches
from workshop.teach.data import Pictures

Layer = Any
Loss = Callable[[Any, Any], Any]
"""Of the logarithms of all probabilities (n, 10) and the labels (n,), both Theano's: one number."""
PEAK, SIZE = 0.01, 64


def cross_entropy(says: Any, labels: Any) -> Any:
    """Return the mean of −ln of the probability that was given to the right answer."""
    return -says[T.arange(labels.shape[0]), labels].mean()


class _Window(L.Conv2DLayer):  # type: ignore[misc]
    """A convolution that Theano itself pads.

    Lasagne 0.1 lets it go beyond the edges, or lays zeros around the picture, and then cuts: that takes more
    time, and more to compile.
    """

    def get_output_for(self, input: Any, **kwargs: Any) -> Any:
        """Return the answers of all windows, as large as the picture; a rectifier behind them."""
        shapes = {"input_shape": self.input_shape, "filter_shape": self.get_W_shape()}
        seen = T.nnet.conv2d(input, self.W, border_mode="half", **shapes)
        return self.nonlinearity(seen + self.b.dimshuffle("x", 0, "x", "x"))


def window(incoming: Layer, filters: int, size: int | tuple[int, int]) -> Layer:
    """Return a convolution that keeps rows and columns, with a rectifier; He's noise. ``size``: odd."""
    return _Window(incoming, filters, size, pad="same", W=lasagne.init.HeNormal("relu"))


class Trial:
    """A network around one layer, or several, that ``tried`` builds behind a given one."""

    def __init__(self, tried: Callable[[Layer], Layer], seed: int, loss: Loss = cross_entropy) -> None:
        """Begin with noise that depends on ``seed`` alone."""
        lasagne.random.set_rng(np.random.RandomState(seed))
        self.seed = seed
        pictures, labels, rate = T.tensor4("pictures"), T.ivector("labels"), T.scalar("rate")
        heard = T.vector("heard")  # 1 for each channel that is let through, 0 for one that is silenced
        begin = L.MaxPool2DLayer(window(L.InputLayer((None, 1, 28, 28), pictures), 16, 3), 2)
        layer = tried(begin)
        self.weights: int = L.count_params(layer) - L.count_params(begin)
        self.channels: int = layer.output_shape[1]
        halved = L.MaxPool2DLayer(L.InputLayer(layer.output_shape, L.get_output(layer)), 2)
        # Behind the pooling, whatever is tried, so that the networks share what is compiled.
        maps = L.get_output(halved) * heard.dimshuffle("x", 0, "x", "x")
        rows, columns = halved.output_shape[2:]

        def mean(flat: Any, axis: int) -> Any:
            # How many places there are is known; Theano would count them, by code of its own.
            return flat.sum(axis=axis) / np.float32(rows * columns)

        end = L.GlobalPoolLayer(L.InputLayer(halved.output_shape, maps), mean)
        end = L.DenseLayer(end, 10, nonlinearity=None)
        says = T.nnet.logsoftmax(L.get_output(end))
        price = loss(says, labels)
        weights = [own for part in (layer, end) for own in L.get_all_params(part, trainable=True)]
        updates = lasagne.updates.adam(price, weights, rate)
        # A loss may look away from the labels: that is for who gave it to see.
        self._step = theano.function(
            [pictures, labels, rate, heard], price, updates=updates, on_unused_input="ignore"
        )
        self._says = theano.function([pictures, heard], T.exp(says))

    def learn(self, pictures: Pictures, epochs: int) -> Trial:
        """Go so often through the training pictures, by Adam, its rate falling to nothing; return itself."""
        rng, everyone = np.random.default_rng(self.seed), np.ones(self.channels, np.float32)
        plan, number = batches.warm_up_then_down(PEAK), 0
        steps = epochs * -(-len(pictures.train_labels) // SIZE)
        for _ in range(epochs):
            for some in batches.batches(pictures.train_images, pictures.train_labels, size=SIZE, rng=rng):
                self._step(*some, np.float32(plan(number, steps)), everyone)
                number += 1
        return self

    def chances(self, images: npt.NDArray[Any], heard: npt.ArrayLike | None = None) -> npt.NDArray[Any]:
        """Return the probabilities of pictures, (n, 10); ``heard``: which channels are let through."""
        chosen = np.asarray(np.ones(self.channels) if heard is None else heard, np.float32)
        return np.concatenate([self._says(some, chosen) for (some,) in batches.batches(images, size=500)])

    def right(self, pictures: Pictures, heard: npt.ArrayLike | None = None) -> float:
        """Return the share of test pictures that are right."""
        answers = self.chances(pictures.test_images, heard).argmax(axis=1)
        return float(np.mean(answers == pictures.test_labels))
