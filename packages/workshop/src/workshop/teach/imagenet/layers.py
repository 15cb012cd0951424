"""Two layers that Lasagne 0.1 lacks: a convolution as today's networks have it, and ReLU6.

Lasagne's own layer turns each filter around before it slides (a convolution in the mathematician's
sense) and pads both sides alike. Networks trained elsewhere do neither: their filters slide as they
are, may be padded more below and to the right than above and to the left, and may see one channel only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import lasagne.layers as L  # noqa: N812
import numpy as np
import numpy.typing as npt
import theano.tensor as T  # noqa: N812
from lasagne.nonlinearities import rectify

Array = npt.NDArray[Any]
Sides = tuple[tuple[int, int], tuple[int, int]]
"""Rows of zeros above and below, columns of zeros to the left and to the right."""


def relu6(x: Any) -> Any:
    """Return x, but 0 where it is below 0 and 6 where it is above 6.

    Written with rectifiers, which Theano makes of absolute values and a compiler turns into vector
    instructions; ``T.clip`` branches at each number and took a third of EfficientNet-Lite0's time.
    """
    return 6 - rectify(6 - rectify(x))


class CorrelationLayer(L.Conv2DLayer):  # type: ignore[misc]
    """Filters that slide as they are: cross-correlation, which most libraries call convolution.

    Takes and gives (n, channels, rows, columns). ``weights`` (filters, channels / groups, rows,
    columns) and ``offsets`` (filters,) are float32. With ``groups`` > 1 the channels are cut into as
    many groups, each seen by its own share of the filters; as many groups as channels make a
    *depthwise* convolution (https://arxiv.org/abs/1704.04861). ``sides`` says how many zeros are put
    around the picture.
    """

    def __init__(
        self,
        incoming: Any,
        weights: Array,
        offsets: Array,
        *,
        stride: int = 1,
        sides: Sides = ((0, 0), (0, 0)),
        groups: int = 1,
        nonlinearity: Callable[[Any], Any] | None = rectify,
        name: str | None = None,
    ) -> None:
        """Build the layer on ``incoming`` from trained numbers."""
        self.groups = groups
        self.sides = sides
        super().__init__(
            incoming,
            num_filters=len(weights),
            filter_size=weights.shape[2:],
            stride=stride,
            W=np.ascontiguousarray(weights, dtype=np.float32),
            b=np.ascontiguousarray(offsets, dtype=np.float32),
            nonlinearity=nonlinearity,
            name=name,
        )

    def get_W_shape(self) -> tuple[int, ...]:  # noqa: N802
        """Return (filters, channels that each sees, rows, columns)."""
        return (self.num_filters, self.input_shape[1] // self.groups, *self.filter_size)

    def get_output_shape_for(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return (n, filters, rows, columns)."""
        lengths = [
            None if length is None else (length + sum(side) - size) // stride + 1
            for length, side, size, stride in zip(
                input_shape[2:], self.sides, self.filter_size, self.stride, strict=True
            )
        ]
        return (input_shape[0], self.num_filters, *lengths)

    def get_output_for(self, input: Any, **kwargs: Any) -> Any:
        """Return the expression of the layer's output."""
        responses = T.nnet.conv2d(
            input,
            self.W,
            input_shape=self.input_shape,
            filter_shape=self.get_W_shape(),
            border_mode=self.sides,
            subsample=self.stride,
            filter_flip=False,
            num_groups=self.groups,
        )
        return self.nonlinearity(responses + self.b.dimshuffle("x", 0, "x", "x"))


def same(length: int, size: int, stride: int) -> tuple[int, int]:
    """Return how many zeros TensorFlow's padding SAME puts before and after an axis.

    The result has ``ceil(length / stride)`` places; of an odd number of zeros the last side gets the
    larger part (https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2).
    """
    zeros = max((-(-length // stride) - 1) * stride + size - length, 0)
    return zeros // 2, zeros - zeros // 2


def folded(
    weights: Array, scale: Array | float, offset: Array, mean: Array, variance: Array, epsilon: float
) -> tuple[Array, Array]:
    """Put a batch normalisation (https://arxiv.org/abs/1502.03167) into the convolution before it.

    ``weights`` (filters, channels, rows, columns); the others (filters,). Returns the new weights and
    the offsets (filters,): once training is over, normalising is a multiplication and an addition.
    """
    factor = scale / np.sqrt(variance.astype(np.float64) + epsilon)
    return (
        (weights * factor[:, np.newaxis, np.newaxis, np.newaxis]).astype(np.float32),
        (offset - mean * factor).astype(np.float32),
    )
