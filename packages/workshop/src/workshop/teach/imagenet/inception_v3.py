"""Inception v3: GoogLeNet's successor of 2015, with batch normalisation, as Keras ships it.

C. Szegedy and others, *Rethinking the inception architecture* (https://arxiv.org/abs/1512.00567). 24
million numbers; its modules look through rows and columns of 7 instead of squares. The layers have
the names that Keras gives them: ``conv2d`` to ``conv2d_93`` in the order in which they are made,
``max_pooling2d`` to ``max_pooling2d_3``, ``average_pooling2d`` to ``average_pooling2d_8``, ``mixed0`` to
``mixed10``, ``avg_pool``, ``predictions``. A convolution stands for what comes after batch normalisation and
ReLU: Keras' ``batch_normalization_5`` and ``activation_5`` are in ``conv2d_5``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lasagne.layers as L  # noqa: N812
import numpy as np
import numpy.typing as npt
from lasagne.nonlinearities import identity, softmax

from workshop.core.errors import WorkshopError
from workshop.teach.imagenet.layers import CorrelationLayer, folded, same
from workshop.teach.imagenet.weights import LayerWeights, read_layers

SIDE = 299
EPSILON = 1e-3
"""What Keras' batch normalisation adds to the variance."""

Layers = dict[str, Any]
Weights = dict[str, list[LayerWeights]]
Window = tuple[int, int, int]
"""Filters, rows, columns."""
Branch = list[Window]


SQUARES: list[Branch] = [[(64, 1, 1)], [(48, 1, 1), (64, 5, 5)], [(64, 1, 1), (96, 3, 3), (96, 3, 3)]]
"""Figure 5 of the paper: a square of 5, and two of 3 in a row."""


def rows_and_columns(inner: int) -> list[Branch]:
    """Return the branches of figure 6: rows and columns of 7, with ``inner`` filters but for the last."""
    row, column, last = (inner, 1, 7), (inner, 7, 1), 192
    return [
        [(last, 1, 1)],
        [(inner, 1, 1), row, (last, 7, 1)],
        [(inner, 1, 1), column, row, column, (last, 1, 7)],
    ]


def read_file(file: Path) -> Weights:
    """Read the weights from an HDF5 file. Raises WorkshopError when it is missing or damaged."""
    return read_layers(file)


def build(weights: Weights) -> Layers:
    """Build the network from its weights: layers by their published names, in order.

    The first is ``input``; ``features`` (n, 2048) is what the classifier sees, ``logits`` (n, 1000)
    what it says, ``prob`` their softmax. Raises WorkshopError when the file is another network's.
    """
    try:
        return _Builder(weights).build()
    except (KeyError, IndexError, RuntimeError) as error:  # Lasagne's, for a wrong shape
        raise WorkshopError("these are not the weights of Inception v3; run 'workshop data fetch'") from error


class _Builder:
    """Adds layers in Keras' order, so that each takes the next convolution's weights."""

    def __init__(self, weights: Weights) -> None:
        self.convolutions = weights["conv2d"]
        self.norms = weights["batch_normalization"]
        self.predictions = weights["predictions"][0].arrays
        self.count = 0
        self.layers: Layers = {"input": L.InputLayer((None, 3, SIDE, SIDE), name="input")}

    def build(self) -> Layers:
        net = self.stem(self.layers["input"])
        for number, pooled in enumerate((32, 64, 64)):
            net = self.module(net, f"mixed{number}", SQUARES, pooled)
        net = self.shrink(net, "mixed3", [(384, 3, 3)], [(64, 1, 1), (96, 3, 3), (96, 3, 3)])
        for number, inner in enumerate((128, 160, 160, 192), start=4):
            net = self.module(net, f"mixed{number}", rows_and_columns(inner), 192)
        sevens: Branch = [(192, 1, 1), (192, 1, 7), (192, 7, 1), (192, 3, 3)]
        net = self.shrink(net, "mixed8", [(192, 1, 1), (320, 3, 3)], sevens)
        for number in range(2):
            net = self.forked(net, number)
        return self.classifier(net)

    def stem(self, net: Any) -> Any:
        net = self.convolution(net, (32, 3, 3), stride=2, padded=False)
        net = self.convolution(net, (32, 3, 3), padded=False)
        net = self.convolution(net, (64, 3, 3))
        net = self.largest(net)
        net = self.convolution(net, (80, 1, 1), padded=False)
        net = self.convolution(net, (192, 3, 3), padded=False)
        return self.largest(net)

    def module(self, net: Any, name: str, branches: list[Branch], pooled: int) -> Any:
        """Put several branches and a pooled one side by side."""
        found = [self.branch(net, branch) for branch in branches]
        return self.side_by_side([*found, self.pooled(net, pooled)], name)

    def branch(self, net: Any, windows: Branch) -> Any:
        for window in windows:
            net = self.convolution(net, window)
        return net

    def pooled(self, net: Any, filters: int) -> Any:
        name = self.numbered("average_pooling2d")
        mean = self.add(L.Pool2DLayer(net, 3, stride=1, pad=1, mode="average_exc_pad", name=name))
        return self.convolution(mean, (filters, 1, 1))

    def largest(self, net: Any) -> Any:
        """Halve the picture: of each 3 by 3 places the largest number stays."""
        return self.add(L.MaxPool2DLayer(net, 3, stride=2, name=self.numbered("max_pooling2d")))

    def numbered(self, kind: str) -> str:
        """Return the name that Keras gives to the next layer of a kind: the first has no number."""
        before = sum(name == kind or name.startswith(f"{kind}_") for name in self.layers)
        return f"{kind}_{before}" if before else kind

    def shrink(self, net: Any, name: str, *branches: Branch) -> Any:
        """Halve the picture; the last window of each branch strides."""
        found = []
        for branch in branches:
            inner = self.branch(net, branch[:-1])
            found.append(self.convolution(inner, branch[-1], stride=2, padded=False))
        return self.side_by_side([*found, self.largest(net)], name)

    def forked(self, net: Any, number: int) -> Any:
        """Look at rows and at columns beside each other instead of one after the other."""
        single = self.convolution(net, (320, 1, 1))
        fork = self.fork(self.convolution(net, (384, 1, 1)), f"mixed9_{number}")
        double = self.branch(net, [(448, 1, 1), (384, 3, 3)])
        double = self.fork(double, f"concatenate_{number}" if number else "concatenate")
        return self.side_by_side([single, fork, double, self.pooled(net, 192)], f"mixed{9 + number}")

    def fork(self, net: Any, name: str) -> Any:
        return self.side_by_side([self.convolution(net, (384, *sides)) for sides in ((1, 3), (3, 1))], name)

    def classifier(self, net: Any) -> Layers:
        net = self.add(L.GlobalPoolLayer(net, name="avg_pool"))
        matrix, offsets = self.predictions["kernel"], self.predictions["bias"]
        logits = self.add(
            L.DenseLayer(net, len(offsets), W=matrix, b=offsets, nonlinearity=identity, name="predictions")
        )
        self.layers["features"], self.layers["logits"] = net, logits
        self.add(L.NonlinearityLayer(logits, softmax, name="prob"))
        return self.layers

    def convolution(self, net: Any, window: Window, *, stride: int = 1, padded: bool = True) -> Any:
        """Add the next convolution, with its batch normalisation folded in, and ReLU."""
        filters, offsets = self.next_weights(window)
        rows, columns = net.output_shape[2:]
        _, high, wide = window
        sides = (same(rows, high, stride), same(columns, wide, stride)) if padded else ((0, 0), (0, 0))
        name = f"conv2d_{self.count}" if self.count else "conv2d"
        self.count += 1
        return self.add(CorrelationLayer(net, filters, offsets, stride=stride, sides=sides, name=name))

    def next_weights(self, window: Window) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        kernel = self.convolutions[self.count].arrays["kernel"]
        filters, rows, columns = window
        if kernel.shape[:2] != (rows, columns) or kernel.shape[3] != filters:
            raise WorkshopError(
                f"convolution {self.count} of Inception v3 has the wrong shape {kernel.shape}"
            )
        norm = self.norms[self.count].arrays
        return folded(
            np.transpose(kernel, (3, 2, 0, 1)),
            scale=norm.get("gamma", 1.0),
            offset=norm["beta"],
            mean=norm["moving_mean"],
            variance=norm["moving_variance"],
            epsilon=EPSILON,
        )

    def side_by_side(self, branches: list[Any], name: str) -> Any:
        return self.add(L.ConcatLayer(branches, name=name))

    def add(self, layer: Any) -> Any:
        self.layers[layer.name] = layer
        return layer
