"""Animations: what they show, how long, and that they run for ever."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from workshop.teach.policy.films import BACKGROUND, COLOURS, gif


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
