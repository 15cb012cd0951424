"""Still pictures of boards."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
from PIL import Image

from workshop.bubblebreaker import picture

BOARD = np.array([[0, 1], [-1, 2]], np.int8)


def test_every_bubble_is_a_disc_of_its_colour() -> None:
    drawn = picture.rgb_array(BOARD, cell=10)
    assert drawn.shape == (20, 20, 3)
    assert drawn.dtype == np.uint8
    middles = drawn[5::10, 5::10]
    assert middles[0, 0].tolist() == list(picture.BACKGROUND)
    assert middles[0, 1].tolist() == [0x00, 0x72, 0xB2]
    assert middles[1, 0].tolist() == list(picture.GREY_BUBBLE)
    assert middles[1, 1].tolist() == [0xD5, 0x5E, 0x00]
    assert drawn[::10, ::10].reshape(-1, 3).tolist() == [list(picture.BACKGROUND)] * 4


def test_many_colours_are_all_different() -> None:
    assert len({picture.colour_of(number) for number in range(1, 21)}) == 20


def test_the_png_holds_the_same_pixels() -> None:
    image = np.asarray(Image.open(io.BytesIO(picture.png(BOARD, cell=8))))
    assert np.array_equal(image, picture.rgb_array(BOARD, cell=8))


def test_the_page_has_the_same_colours() -> None:
    code = Path(picture.__file__).with_name("board.js").read_text(encoding="utf-8")
    colours = re.search(r"const COLOURS = \[(.*)\];", code)
    assert colours is not None
    assert re.findall(r'"#(\w+)"', colours[1]) == list(picture.COLOURS)
