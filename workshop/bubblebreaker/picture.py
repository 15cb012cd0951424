"""A board as a still picture, in the colours that the page uses too."""

from __future__ import annotations

import colorsys
import io

import numpy as np
import numpy.typing as npt

from workshop.bubblebreaker.rules import EMPTY, GREY, Board

BACKGROUND = (29, 27, 42)
GREY_BUBBLE = (138, 138, 138)
# Okabe and Ito's colours, which people with any kind of sight tell apart; board.js has the same.
COLOURS = ("0072b2", "d55e00", "009e73", "e0b000", "cc79a7", "56b4e9", "7b52ab", "8c6d46")


def colour_of(number: int) -> tuple[int, int, int]:
    """Return red, green and blue, 0 to 255, of the bubbles of this number; GREY has a colour, too."""
    if number == GREY:
        return GREY_BUBBLE
    if number <= len(COLOURS):
        red, green, blue = bytes.fromhex(COLOURS[number - 1])
        return red, green, blue
    red, green, blue = (
        round(255 * part) for part in colorsys.hls_to_rgb(number * 137 % 360 / 360, 0.45, 0.6)
    )
    return red, green, blue


def rgb_array(board: Board, cell: int = 16) -> npt.NDArray[np.uint8]:
    """Draw a board (rows, columns): uint8 (rows * cell, columns * cell, 3), smooth discs on dark ground."""
    rows, columns = board.shape
    middle = (np.arange(cell) + 0.5) - cell / 2
    distance = np.hypot(middle[:, None], middle)
    disc = np.clip(0.46 * cell - distance + 0.5, 0, 1)[..., np.newaxis]
    drawn = np.empty((rows, columns, cell, cell, 3))
    drawn[:] = BACKGROUND
    for number in np.unique(board[board != EMPTY]):
        drawn[board == number] = disc * colour_of(int(number)) + (1 - disc) * BACKGROUND
    pixels = drawn.swapaxes(1, 2).reshape(rows * cell, columns * cell, 3)
    return pixels.round().astype(np.uint8)


def png(board: Board, cell: int = 16) -> bytes:
    """Draw a board as a PNG."""
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(rgb_array(board, cell)).save(out, format="PNG", optimize=True)
    return out.getvalue()
