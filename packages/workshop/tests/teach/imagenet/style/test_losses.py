from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("theano", reason="Theano is not in this environment")

import theano
import theano.tensor as T  # noqa: N812

from teach.imagenet.style.networks import CHOICE, tiny
from workshop.teach.imagenet import googlenet
from workshop.teach.imagenet.network import Network
from workshop.teach.imagenet.preprocessing import GOOGLENET
from workshop.teach.imagenet.style import losses
from workshop.teach.imagenet.style.losses import Losses
from workshop.teach.imagenet.style.painting import minimise
from workshop.teach.imagenet.untrained import write_random_googlenet
from workshop.teach.imagenet.weights import read_graph


def pixels(seed: int, rows: int = 48, columns: int = 32) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, 255, (3, rows, columns)).astype(np.float32)


@pytest.fixture(scope="module")
def terms() -> Losses:
    return Losses(tiny(), CHOICE)


def test_the_gram_matrix_knows_what_meets_not_where() -> None:
    features = np.random.default_rng(1).normal(size=(1, 3, 4, 5)).astype(np.float32)
    matrix = losses.gram(T.constant(features[0])).eval()
    flat = features[0].reshape(3, 20)
    assert matrix == pytest.approx(flat @ flat.T / 20, rel=1e-5)
    shuffled = flat[:, np.random.default_rng(2).permutation(20)].reshape(1, 3, 5, 4)
    assert losses.gram(T.constant(shuffled[0])).eval() == pytest.approx(matrix, rel=1e-4)


@pytest.mark.parametrize("bgr", [False, True])
def test_the_network_gets_the_numbers_of_its_own_preprocessing(bgr: bool) -> None:
    network, picture = tiny(bgr=bgr), pixels(1, 32, 32).round()
    found = losses.normalised(network, T.constant(picture)).eval()
    expected = network.preprocessing.numbers(picture.transpose(1, 2, 0).astype(np.uint8))
    assert found == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("size", [(32, 32), (48, 64), (16, 80)])
def test_pictures_of_every_size_go_through(terms: Losses, size: tuple[int, int]) -> None:
    terms.aim(pixels(1, *size), pixels(2))
    loss, gradient = terms(pixels(3, *size))
    assert np.isfinite(loss)
    assert gradient.shape == (3, *size)


def test_average_pooling_leaves_no_chessboard_pattern() -> None:
    strided, averaged = Losses(tiny(), CHOICE, average=False), Losses(tiny(), CHOICE)
    shapes = [[f.shape for f in each._features(pixels(1))] for each in (strided, averaged)]
    assert shapes[0] == shapes[1]
    even = np.full((3, 64, 64), 90, dtype=np.float32)
    spread = []
    for each in (strided, averaged):
        each.weigh(style=1, content_weight=0)
        each.aim(even, pixels(5, 64, 64))
        inner = each(even)[1][:, 16:48, 16:48]
        spread.append(float(inner.std(axis=(1, 2)).mean() / np.abs(inner).mean()))
    assert spread[0] > 0.2, (
        "a stride of 2 pulls an even picture into a chessboard, else the test proves nothing"
    )
    assert spread[1] < 0.01, "an even picture should be pulled evenly"


def test_the_gradient_is_the_slope(terms: Losses) -> None:
    terms.weigh(style=3, content=1, rough=0.5)
    terms.aim(pixels(1), pixels(2))
    here, way = pixels(3), np.random.default_rng(4).normal(size=(3, 48, 32)).astype(np.float32)
    slope = float((terms(here)[1] * way).sum())
    measured = (terms(here + way)[0] - terms(here - way)[0]) / 2
    assert slope == pytest.approx(measured, rel=0.03)


def test_the_photograph_has_its_own_content_and_the_painting_its_style(terms: Losses) -> None:
    photo, painting = pixels(1), pixels(2)
    terms.aim(photo, painting)
    at_photo, at_painting = terms.parts(photo), terms.parts(painting)
    assert at_photo["content conv1"] == at_photo["content conv2"] == 0
    assert at_painting["style conv1"] == pytest.approx(0, abs=1e-6)
    assert at_photo["style conv1"] > 1e-4
    assert at_painting["content conv2"] > 1e-2


def test_weights_count_as_set(terms: Losses) -> None:
    terms.aim(pixels(1), pixels(2))
    here = pixels(3)
    parts = terms.parts(here)
    terms.weigh(style=8, content=0, content_weight=2, rough=3)
    style = parts["style conv1"] + parts["style conv2"]
    assert terms(here)[0] == pytest.approx(
        4 * style + 2 * parts["content conv1"] + 3 * parts["roughness"], rel=1e-4
    )
    terms.weigh(style=[0, 5])
    both = (parts["content conv1"] + parts["content conv2"]) / 2
    assert terms(here)[0] == pytest.approx(5 * parts["style conv2"] + both, rel=1e-4)


def test_another_painter_has_an_aim_and_weights_of_its_own(
    terms: Losses, monkeypatch: pytest.MonkeyPatch
) -> None:
    terms.weigh(style=1)
    terms.aim(pixels(1), pixels(2))
    before = terms(pixels(3))[0]
    monkeypatch.setattr(theano, "function", None)
    other = terms.another()
    assert other(pixels(3))[0] == before
    other.weigh(style=7, content=1)
    other.aim(pixels(4, 32, 32), pixels(5))
    assert other(pixels(6, 32, 32))[0] != before
    assert terms(pixels(3))[0] == before


@pytest.mark.slow
@pytest.mark.parametrize("rounds_up", [False, True])
@pytest.mark.slow
def test_googlenet_paints_too(tmp_path: Path, rounds_up: bool) -> None:
    pytest.importorskip("onnx", reason="onnx is not in this environment")
    write_random_googlenet(tmp_path / "googlenet.onnx", rounds_up=rounds_up)
    layers = googlenet.build(read_graph(tmp_path / "googlenet.onnx"))
    terms = Losses(Network("googlenet", "GoogLeNet", layers, GOOGLENET))
    terms.weigh(style=10, content=1, rough=1)
    terms.aim(pixels(1, 64, 48), pixels(2, 96, 80))
    found, history = minimise(terms, pixels(3, 64, 48), 5)
    assert np.isfinite(found).all()
    assert history.share_left < 0.9
