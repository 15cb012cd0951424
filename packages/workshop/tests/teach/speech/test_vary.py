from __future__ import annotations

import numpy as np
import pytest

from workshop.teach.speech.vary import Ways, Words, hide

CENTRES = np.geomspace(100, 3800, 40)
STILL = Ways(speed=(1, 1), cut=0, throat=(1, 1), tilt=0, noise=(-9, -9), echo=0, hidden=0)


def peak(frames: int, frame: int, band: int) -> np.ndarray:
    """Return a picture with one soft-edged spot."""
    rows, columns = np.mgrid[:frames, :40]
    return -2 * np.hypot(rows - frame, columns - band)


def spot(some: np.ndarray) -> tuple[int, int]:
    frame, band = np.unravel_index(some[0].argmax(), some[0].shape)
    return int(frame), int(band)


@pytest.mark.parametrize(("factor", "moved"), [(1.25, 1), (0.8, -1), (1.0, 0)])
def test_a_shorter_throat_raises_every_frequency(factor: float, moved: int) -> None:
    ways = Ways(**{**vars(STILL), "throat": (factor, factor)})
    words = Words([peak(40, 20, 20)], CENTRES)
    _, band = spot(words.varied(np.array([0]), np.random.default_rng(1), ways)[0])
    expected = np.interp(CENTRES[20] * factor, CENTRES, np.arange(40))
    assert np.sign(band - 20) == moved
    assert abs(band - expected) <= 0.6


def test_faster_speech_is_shorter() -> None:
    words = Words([np.zeros((40, 40))], CENTRES)
    lengths = []
    for speed in (0.8, 1.0, 2.0):
        ways = Ways(**{**vars(STILL), "speed": (speed, speed)})
        made = words.varied(np.array([0]), np.random.default_rng(1), ways)[0, 0]
        lengths.append(int((made[:, 0] > made.mean()).sum()))
    assert lengths == pytest.approx([50, 40, 20], abs=1)


def test_parts_are_hidden_and_the_rest_stays() -> None:
    words = Words([np.random.default_rng(1).normal(size=(64, 40))], CENTRES)
    rows = np.zeros(50, int)
    hidden = words.varied(rows, np.random.default_rng(1), Ways(**{**vars(STILL), "hidden": 6}))
    frames = (hidden[:, 0] == 0).all(axis=2).sum(axis=1)
    bands = (hidden[:, 0] == 0).all(axis=1).sum(axis=1)
    for counts in (frames, bands):
        assert counts.max() <= 6
        assert 5 < (counts > 0).sum() < 45


def test_a_lesson_may_hide_by_its_own_function() -> None:
    words = Words([np.random.default_rng(1).normal(size=(64, 40))], CENTRES)
    rows = np.zeros(50, int)
    asked = []

    def louder(picture: np.ndarray, *part: int) -> np.ndarray:
        asked.append(part)
        return hide(picture, *part) + 1

    usual = words.varied(rows, np.random.default_rng(1))
    own = words.varied(rows, np.random.default_rng(1), hide=louder)
    assert np.allclose(own, usual + 1)
    assert len(asked) == 50
    assert all(type(number) is int for part in asked for number in part)
    assert any(wide for _, wide, _, _ in asked) and any(high for *_, high in asked)
