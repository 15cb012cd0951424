"""A network is asked about one picture or many, and says which layers there are."""

from __future__ import annotations

import pytest
from PIL import Image

pytest.importorskip("theano", reason="Theano is not in this environment")

import lasagne.layers as L  # noqa: N812
from lasagne.nonlinearities import softmax

from workshop.core.errors import WorkshopError
from workshop.teach.imagenet import network as module
from workshop.teach.imagenet.network import Network
from workshop.teach.imagenet.preprocessing import EFFICIENTNET_LITE

COLOURS = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)}


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    """Return a network that names the colour which a picture has most of."""
    monkeypatch.setattr(module, "class_names", lambda: tuple(COLOURS))
    entry = L.InputLayer((None, 3, 224, 224), name="input")
    means = L.GlobalPoolLayer(entry, name="features")
    prob = L.NonlinearityLayer(means, softmax, name="prob")
    layers = {"input": entry, "features": means, "logits": means, "prob": prob}
    return Network("colours", "Colours", layers, EFFICIENTNET_LITE, ["features"])


def pictures(*names: str) -> list[Image.Image]:
    return [Image.new("RGB", (30, 20), COLOURS[name]) for name in names]


def test_the_best_guess_comes_first(network: Network) -> None:
    guesses = network.classify(pictures("green")[0], top=2)
    assert [guess.name for guess in guesses] == ["green", "red"]
    assert guesses[0].number == 1
    assert 0.5 < guesses[0].probability < 1


def test_many_pictures_come_back_in_their_order(network: Network) -> None:
    names = ["red", "blue", "green"] * 3 + ["blue"]
    shares: list[float] = []
    found = network.features(pictures(*names), shares.append)
    assert found.shape == (10, 3)
    assert [list(COLOURS)[i] for i in found.argmax(axis=1)] == names
    assert shares[-1] == 1
    assert shares == sorted(shares)


def test_what_it_cannot_do_is_said_in_one_line(network: Network) -> None:
    with pytest.raises(WorkshopError, match="Colours has no layer 'conv1'"):
        network.activations(pictures("red"), ["conv1"])
    with pytest.raises(WorkshopError, match="no picture to look at"):
        network.features([])
