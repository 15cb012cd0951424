"""Animations: what they show, how long, and that they run for ever."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from workshop.teach.policy.films import BACKGROUND, COLOURS, coloured, film, gif


def test_a_later_channel_lies_on_top_and_half_a_channel_shines_through() -> None:
    picture = np.zeros((2, 1, 3))
    picture[:, 0, 0] = 1
    picture[0, 0, 1] = 0.5
    painted = coloured(picture)[0]
    assert painted[0].tolist() == list(COLOURS[1])
    assert painted[2].tolist() == list(BACKGROUND)
    halves = [(low + high) / 2 for low, high in zip(BACKGROUND, COLOURS[0], strict=True)]
    assert np.allclose(painted[1], halves, atol=0.5)


def test_a_film_has_a_frame_for_each_picture_and_starts_again() -> None:
    pictures = np.zeros((4, 1, 5, 6))
    for number in range(4):
        pictures[number, 0, number, number] = 1
    shown = Image.open(io.BytesIO(gif(pictures, scale=3, seconds=0.1)))
    assert shown.size == (18, 15) and shown.n_frames == 4
    assert shown.info["loop"] == 0 and shown.info["duration"] == 100
    shown.seek(2)
    assert shown.convert("RGB").getpixel((7, 7)) == COLOURS[0]
    assert shown.convert("RGB").getpixel((1, 1)) == BACKGROUND


def test_an_empty_film_is_refused() -> None:
    pytest.importorskip("IPython")
    with pytest.raises(ValueError, match="at least one picture"):
        film([])
