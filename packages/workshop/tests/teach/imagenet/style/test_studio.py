from __future__ import annotations

import io
import time

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("theano", reason="Theano is not in this environment")

from waiting import patience

from teach.imagenet.painted import noise
from teach.imagenet.style.networks import CHOICE, tiny
from workshop.teach.imagenet.style.losses import Losses
from workshop.teach.imagenet.style.painting import paint, pixels_of
from workshop.teach.imagenet.style.studio import Studio


@pytest.fixture
def studio() -> Studio:
    paintings = {"one": noise(2), "other": noise(3)}
    return Studio(Losses(tiny(), CHOICE), noise(1), paintings, side=48, steps=12)


def shown(studio: Studio) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(studio.picture.value)))


def test_it_paints_by_itself_and_shows_what_it_has_painted(studio: Studio) -> None:
    before = shown(studio)
    studio.go_on()
    assert studio.wait(patience(60))
    assert "done" in studio.line.value
    assert studio.pictures >= 1
    assert not np.array_equal(shown(studio), before)
    assert studio.still().size == (48, 32)


def test_a_slider_sets_the_weight_and_goes_on_from_the_picture(studio: Studio) -> None:
    studio.go_on()
    assert studio.wait(patience(60))
    painted = studio.pixels.copy()
    studio.style.value = 1.0
    assert studio.wait(patience(60))
    assert float(studio.losses.weights.style.sum()) == pytest.approx(1)
    assert not np.array_equal(studio.pixels, painted)
    studio.content.value = 0
    assert studio.wait(patience(60))
    assert list(studio.losses.weights.content) == [1, 0]


def test_moving_a_slider_again_and_again_loses_nothing(studio: Studio) -> None:
    studio.steps = 400
    for value in (10.0, 100.0, 1000.0, 31.6):
        studio.style.value = value
        time.sleep(0.05)
    studio.steps = 2
    studio.rough.value = 5
    assert studio.wait(patience(60))
    assert float(studio.losses.weights.rough) == 5
    assert float(studio.losses.weights.style.sum()) == pytest.approx(studio.style.value, rel=1e-5)


def test_stop_and_begin_anew(studio: Studio) -> None:
    studio.steps = 5000
    studio.go_on()
    time.sleep(0.2)
    studio.stop()
    assert studio.line.value == "stopped"
    studio.steps = 1
    studio.begin_anew()
    assert studio.wait(patience(60))
    assert np.abs(studio.pixels - studio.photo).mean() < 60


def test_another_photograph_is_painted_from_its_beginning(studio: Studio) -> None:
    studio.steps = 5000
    studio.go_on()
    studio.steps = 1
    studio.take(noise(7, (40, 60)))
    assert studio.wait(patience(60))
    assert "done" in studio.line.value
    assert studio.still().size == (32, 48)
    assert np.array_equal(studio.photo, pixels_of(noise(7, (40, 60)), 48))
    assert np.abs(studio.pixels - studio.photo).mean() < 60


def test_cells_and_the_studio_paint_at_the_same_time_without_a_trace() -> None:
    """A cell that uses the same terms, with other weights and at another size, gets what it gets alone."""
    terms = Losses(tiny(), CHOICE)

    def cell() -> tuple[np.ndarray, dict[str, float]]:
        terms.weigh(style=3, content=0, rough=2)
        picture, _ = paint(terms, noise(5), noise(6), sides=(32, 64), steps=(8, 8))
        return np.asarray(picture), terms.parts(pixels_of(picture, 64))

    alone, parts = cell()
    studio = Studio(terms, noise(1), {"one": noise(2)}, side=48, steps=5000)
    studio.go_on()
    started = time.monotonic()
    while studio.pixels is studio.photo and time.monotonic() - started < patience(60):
        time.sleep(0.01)
    for _ in range(3):
        picture, together = cell()
        assert np.array_equal(picture, alone)
        assert together == parts
    assert not studio.wait(0), "the studio had to paint all the time, else this proves nothing"
    studio.stop()
    assert studio.line.value == "stopped"
    assert float(studio.losses.weights.rough) == studio.rough.value


def test_what_goes_wrong_is_said_and_the_next_try_works(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    aim = studio.losses.aim

    def fail(*_: object) -> None:
        raise MemoryError("no memory is left")

    monkeypatch.setattr(studio.losses, "aim", fail)
    studio.go_on()
    assert studio.wait(patience(60))
    assert "no memory is left" in studio.line.value
    monkeypatch.setattr(studio.losses, "aim", aim)
    studio.go_on()
    assert studio.wait(patience(60))
    assert "done" in studio.line.value
