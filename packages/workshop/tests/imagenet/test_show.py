"""What is shown has the right parts: pictures, names, bars, maps."""

from __future__ import annotations

from typing import Any

import matplotlib
import numpy as np
import pytest

pytest.importorskip("theano", reason="Theano is not in this environment")

import lasagne.layers as L  # noqa: N812
from matplotlib import pyplot
from matplotlib.figure import Figure

from workshop.imagenet import show
from workshop.imagenet.layers import CorrelationLayer
from workshop.imagenet.network import Guess
from workshop.imagenet.preprocessing import EFFICIENTNET_LITE, GOOGLENET

matplotlib.use("Agg")
PICTURE = np.random.default_rng(0).integers(0, 256, (80, 90, 3), np.uint8)
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


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_the_best_guesses_stand_beside_the_picture() -> None:
    figure = show.top_five(Fake(), PICTURE)  # type: ignore[arg-type]
    assert figure.axes[0].images[0].get_array().shape == (224, 224, 3)
    assert [bar.get_width() for bar in figure.axes[1].patches] == [60, 30, 10]
    assert texts(figure)[0] == "cat  60 %"
    assert texts(figure)[1].startswith("a name that is far too lo…")


def test_a_gallery_has_a_chart_for_each_picture() -> None:
    figure = show.charts(Fake(), dict.fromkeys(("one", "two", "three"), PICTURE))  # type: ignore[arg-type]
    assert [axes.get_title() for axes in figure.axes if axes.get_title()] == ["one", "two", "three"]
    assert len(texts(figure)) == 9


def test_filters_keep_their_colours_whatever_the_networks_order() -> None:
    network: Any = Fake()
    assert show.first_filters(network)[0, 1, 1].tolist() == [1, 0, 0]
    network.preprocessing = GOOGLENET  # the first channel is blue there
    assert show.first_filters(network)[0, 1, 1].tolist() == [0, 0, 1]
    assert len(show.filters(network).axes) == 1


def test_the_liveliest_channels_come_first() -> None:
    figure = show.activations(Fake(), PICTURE, ["early", "late"], maps=4)  # type: ignore[arg-type]
    assert np.array_equal(figure.axes[0].images[0].get_array(), np.eye(6))
    assert figure.axes[4].get_ylabel() == "late\n12 of 6 × 6"


def test_a_map_is_laid_over_its_picture_and_says_its_peak() -> None:
    crop = EFFICIENTNET_LITE.crop(PICTURE)
    figure = show.over({"cat": (crop, np.diag([0.0, 0.25])), "nothing": (crop, np.zeros((2, 2)))})
    assert [axes.get_title() for axes in figure.axes] == [
        "cat",
        "brightest: 25 points less",
        "nothing",
        "brightest: 0 points less",
    ]


def test_tiles_lie_apart_on_one_canvas() -> None:
    figure = show.tiles(np.zeros((5, 4, 4, 3)), columns=3)
    canvas = figure.axes[0].images[0].get_array()
    assert canvas.shape == (9, 14, 3)
    assert (canvas[4] == 1).all()


def test_no_figure_stays_open() -> None:
    assert pyplot.get_fignums() == []
