"""A board as text and as a picture, with nothing but numpy."""

from __future__ import annotations

import string

import numpy as np
import numpy.typing as npt

from bubblebreaker.rules import Board

LETTERS = "." + string.digits[1:] + string.ascii_letters
"""Empty, then one sign a colour; colours from 62 on are "?", grey is "#"."""

BACKGROUND = (250, 250, 248)
GREY_BUBBLE = (150, 150, 150)
# Okabe and Ito's colours, which colour-blind people tell apart too; then others.
COLOURS = (
    (213, 94, 0),
    (0, 114, 178),
    (240, 228, 66),
    (0, 158, 115),
    (204, 121, 167),
    (86, 180, 233),
    (230, 159, 0),
    (60, 60, 60),
)


def as_text(board: Board) -> str:
    """Return one line a row, the top one first; see ``LETTERS``."""
    return "\n".join("".join(_letter(cell) for cell in row) for row in board.tolist())


def _letter(cell: int) -> str:
    if cell < 0:
        return "#"
    return LETTERS[cell] if cell < len(LETTERS) else "?"


def as_picture(board: Board, size: int = 24) -> npt.NDArray[np.uint8]:
    """Return a picture, uint8 (rows * size, columns * size, 3): a disc of ``size`` pixels a bubble."""
    palette = np.array([BACKGROUND, *COLOURS, GREY_BUBBLE], np.uint8)
    index = np.where(board > 0, (board.astype(int) - 1) % len(COLOURS) + 1, 0)
    index[board < 0] = len(palette) - 1
    middle = (np.arange(size) - (size - 1) / 2) / (size / 2)
    disc = middle[:, None] ** 2 + middle**2 <= 0.85
    bubbles = np.where(disc, index[:, :, None, None], 0)
    # Axes: row, column, pixel row, pixel column; then the discs side by side.
    side_by_side = bubbles.transpose(0, 2, 1, 3).reshape(board.shape[0] * size, board.shape[1] * size)
    return palette[side_by_side]
