"""What is shown has the right parts: pictures, names, bars, maps."""

from __future__ import annotations

from typing import Any

import matplotlib
import numpy as np
import pytest

pytest.importorskip("theano", reason="Theano is not in this environment")

import lasagne.layers as L  # noqa: N812
from matplotlib import pyplot

from workshop.teach.imagenet import show
from workshop.teach.imagenet.layers import CorrelationLayer
from workshop.teach.imagenet.network import Guess
from workshop.teach.imagenet.preprocessing import EFFICIENTNET_LITE, GOOGLENET

matplotlib.use("Agg")
LONG = "a name that is far too long to be shown in full"
GUESSES = [
    Guess("cat", 0.6, 0),
    Guess(LONG, 0.3, 1),
    Guess("dog", 0.1, 2),
]


class Fake:
    """A network that always says the same."""

    preprocessing = EFFICIENTNET_LITE

    def __init__(self) -> None:
        entry = L.InputLayer((None, 3, 224, 224))
        filters = np.zeros((5, 3, 3, 3), np.float32)
        filters[:, 0, 1, 1] = 1  # the first channel, in the middle
        self.layers = {"input": entry, "first": CorrelationLayer(entry, filters, np.zeros(5))}

    def crop(self, picture: Any) -> Any:
        return self.preprocessing.crop(picture)

    def classify(self, _: Any) -> list[Guess]:
        return GUESSES

    def activations(self, _: Any, layers: Any) -> dict[str, Any]:
        maps = np.zeros((1, 12, 6, 6), np.float32)
        maps[0, 7] = np.eye(6)
        maps[0, 3] = 9  # the largest, but the same everywhere
        return dict.fromkeys(layers, maps)


def test_filters_keep_their_colours_whatever_the_networks_order() -> None:
    network: Any = Fake()
    assert show.first_filters(network)[0, 1, 1].tolist() == [1, 0, 0]
    network.preprocessing = GOOGLENET  # the first channel is blue there
    assert show.first_filters(network)[0, 1, 1].tolist() == [0, 0, 1]
    assert len(show.filters(network).axes) == 1


def test_no_figure_stays_open() -> None:
    assert pyplot.get_fignums() == []
