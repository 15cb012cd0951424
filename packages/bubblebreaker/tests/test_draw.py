"""Boards are drawn as what they are."""

from __future__ import annotations

import numpy as np

from bubblebreaker.draw import BACKGROUND, COLOURS, GREY_BUBBLE, as_picture, as_text

BOARD = np.array([[0, 0, -1], [1, 10, -1]], np.int8)


def test_text_has_a_line_a_row_and_a_sign_a_cell() -> None:
    assert as_text(BOARD) == "..#\n1a#"
    assert as_text(np.full((1, 1), 100, np.int8)) == "?"


def test_a_picture_shows_a_disc_in_its_colour_for_each_bubble() -> None:
    picture = as_picture(BOARD, size=10)
    assert picture.shape == (20, 30, 3)
    assert picture.dtype == np.uint8
    middles = picture[5::10, 5::10].tolist()
    empty, grey = list(BACKGROUND), list(GREY_BUBBLE)
    assert middles == [[empty, empty, grey], [list(COLOURS[0]), list(COLOURS[9 % len(COLOURS)]), grey]]
    assert (picture[0, ::10] == BACKGROUND).all(), "corners are free"
