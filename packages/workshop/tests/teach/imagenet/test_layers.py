"""The convolution that Lasagne lacks does what numpy says, with groups, strides and uneven edges."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

pytest.importorskip("theano", reason="Theano is not in this environment")

import lasagne.layers as L  # noqa: N812
import theano

from workshop.teach.imagenet.layers import CorrelationLayer, folded

Array = npt.NDArray[Any]
DRAW = np.random.default_rng(5)


def by_hand(images: Array, weights: Array, stride: int, sides: Any, groups: int) -> Array:
    """Slide each filter over its share of the channels, place by place."""
    padded = np.pad(images, ((0, 0), (0, 0), *sides))
    count, _, high, wide = weights.shape
    rows = (padded.shape[2] - high) // stride + 1
    columns = (padded.shape[3] - wide) // stride + 1
    out = np.zeros((len(images), count, rows, columns))
    seen = images.shape[1] // groups
    for number, one in enumerate(weights):
        first = number // (count // groups) * seen
        share = padded[:, first : first + seen]
        for row in range(rows):
            for column in range(columns):
                top, left = row * stride, column * stride
                window = share[:, :, top : top + high, left : left + wide]
                out[:, number, row, column] = (window * one).sum(axis=(1, 2, 3))
    return out


@pytest.mark.parametrize(
    ("channels", "filters", "size", "stride", "sides", "groups"),
    [
        (3, 4, (3, 3), 1, ((1, 1), (1, 1)), 1),
        (3, 4, (3, 3), 2, ((0, 1), (0, 1)), 1),
        (4, 4, (5, 5), 2, ((1, 2), (1, 2)), 4),
        (4, 8, (1, 3), 1, ((0, 0), (1, 1)), 2),
        (2, 3, (3, 1), 1, ((0, 0), (0, 0)), 1),
    ],
    ids=["plain", "uneven edges", "depthwise", "groups of two", "a column"],
)
def test_it_slides_filters_as_they_are(
    channels: int, filters: int, size: tuple[int, int], stride: int, sides: Any, groups: int
) -> None:
    images = DRAW.normal(size=(2, channels, 8, 9)).astype(np.float32)
    weights = DRAW.normal(size=(filters, channels // groups, *size)).astype(np.float32)
    offsets = DRAW.normal(size=filters).astype(np.float32)
    entry = L.InputLayer((None, channels, 8, 9))
    layer = CorrelationLayer(
        entry, weights, offsets, stride=stride, sides=sides, groups=groups, nonlinearity=None
    )
    found = theano.function([entry.input_var], L.get_output(layer))(images)
    wanted = by_hand(images, weights, stride, sides, groups) + offsets[:, None, None]
    assert found.shape[1:] == layer.output_shape[1:]
    assert np.allclose(found, wanted, atol=1e-4)


def test_a_folded_normalisation_gives_the_same_answer() -> None:
    weights, images = DRAW.normal(size=(3, 2, 3, 3)), DRAW.normal(size=(2, 2, 6, 6))
    scale, offset, mean = DRAW.normal(size=(3, 3))
    variance = DRAW.uniform(0.1, 2, 3)
    plain = by_hand(images, weights, 1, ((0, 0), (0, 0)), 1)
    each = (slice(None), None, None)
    wanted = (plain - mean[each]) / np.sqrt(variance + 0.01)[each] * scale[each] + offset[each]
    new, offsets = folded(weights, scale=scale, offset=offset, mean=mean, variance=variance, epsilon=0.01)
    found = by_hand(images, new, 1, ((0, 0), (0, 0)), 1) + offsets[each]
    assert np.allclose(found, wanted, atol=1e-5)
    assert new.dtype == offsets.dtype == np.float32
