"""What is left of a board when all groups burst at once, what is above falls, and so on: its peels.

That is no game: there groups burst one by one, and good moves make larger ones of them first. But it shows
which bubbles will be hard to get rid of, and what becomes of a colour that is kept until no other can burst.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from bubblebreaker.cells import Int8s, Ints, load, room, take
from bubblebreaker.compiled import compiled, inlined

Floats = npt.NDArray[np.float32]

PEELED_COLOUR = (
    # This colour is kept while all others are peeled.
    "kept: others left",
    "kept: groups",
    "kept: singles",
    "kept: largest group",
    "kept: points of its groups",  # Σ(n - 2)²
    # Then it is peeled too.
    "kept: all left",
    "kept: of itself left",
    "kept: nothing left",
    # No colour is kept.
    "peeled: left",
)
"""The numbers that are added to each colour's block."""

PEELED_BOARD = (
    "left after one peel",
    "left after two peels",
    "left after three peels",
    "left by all peels",
    "peels",
    "nothing left by all peels",
    "most points of a kept colour",
    "colours that leave nothing if kept",
)
"""Those about the whole board."""

OTHERS, GROUPS, SINGLES, LARGEST, POINTS, ALL_LEFT, OWN_LEFT, NOTHING_LEFT, LEFT = range(9)


def peel(boards: Int8s, colours: int) -> tuple[Floats, Floats]:
    """Peel settled boards, int8 (n, rows, columns).

    Returns the numbers of each colour, float32 (n, colours, len(PEELED_COLOUR)), and those of each board,
    float32 (n, len(PEELED_BOARD)).
    """
    of_colours = np.zeros((len(boards), colours, len(PEELED_COLOUR)), np.float32)
    of_boards = np.zeros((len(boards), len(PEELED_BOARD)), np.float32)
    _peel_each(boards, of_colours, of_boards)
    return of_colours, of_boards


@compiled
def _peel_each(boards: Int8s, of_colours: Floats, of_boards: Floats) -> None:
    rows, columns = boards.shape[1:]
    stride = rows + 1
    whole = np.zeros(room(rows, columns), np.int8)
    cells, bursts = whole.copy(), whole.copy()
    work = np.empty(len(whole), np.int64)
    counts = np.zeros(of_colours.shape[1] + 1, np.int64)
    for i in range(len(boards)):
        all_used = load(boards[i], whole)
        cells[:] = whole
        _count_colours(cells, stride, all_used, counts)
        all_left = counts.sum()
        _peel_whole(cells, bursts, stride, all_used, all_left, of_colours[i], of_boards[i])
        for colour in range(1, len(counts)):
            if counts[colour] == 0:
                continue
            block = of_colours[i, colour - 1]
            cells[:] = whole
            used, left = _peel_all(cells, bursts, stride, all_used, all_left, colour)
            _count_kept(cells, stride, used, colour, bursts, work, block)
            block[OTHERS] = left - counts[colour]
            used, left = _peel_all(cells, bursts, stride, used, left, 0)
            for at in range(stride, (used + 1) * stride):
                block[OWN_LEFT] += cells[at] == colour
            block[ALL_LEFT] = left
            block[NOTHING_LEFT] = left == 0
            of_boards[i, 6] = max(of_boards[i, 6], block[POINTS])
            of_boards[i, 7] += left == 0


@inlined
def _count_colours(cells: Int8s, stride: int, used: int, counts: Ints) -> None:
    """Count each colour's bubbles."""
    counts[:] = 0
    for column in range(1, used + 1):
        at = column * stride
        while cells[at] != 0:
            counts[max(cells[at], 0)] += cells[at] > 0
            at += 1


@inlined
def _peel_whole(
    cells: Int8s, bursts: Int8s, stride: int, used: int, left: int, of_colours: Floats, of_board: Floats
) -> None:
    """Peel with no colour kept, and note what is left."""
    of_board[:3] = left
    peels = 0
    while True:
        used, burst = _burst_all(cells, bursts, stride, used, 0)
        if burst == 0:
            break
        left -= burst
        of_board[min(peels, 3) : 3] = left
        peels += 1
    of_board[3] = left
    of_board[4] = peels
    of_board[5] = left == 0
    for at in range(stride, (used + 1) * stride):
        if cells[at] > 0:
            of_colours[cells[at] - 1, LEFT] += 1


@compiled
def _peel_all(cells: Int8s, bursts: Int8s, stride: int, used: int, left: int, kept: int) -> Any:
    """Peel until only groups of the colour ``kept`` could burst; return (columns used, bubbles left)."""
    while True:
        used, burst = _burst_all(cells, bursts, stride, used, kept)
        if burst == 0:
            return used, left
        left -= burst


@inlined
def _count_kept(
    cells: Int8s, stride: int, used: int, colour: int, seen: Int8s, work: Ints, block: Floats
) -> None:
    """Note what became of the colour that was kept."""
    seen[:] = cells
    for at in range(stride, (used + 1) * stride):
        if seen[at] == colour:
            size = take(seen, stride, at, work)
            if size == 1:
                block[SINGLES] += 1
            else:
                block[GROUPS] += 1
                block[POINTS] += (size - 2) ** 2
            block[LARGEST] = max(block[LARGEST], size)


@compiled
def _burst_all(cells: Int8s, bursts: Int8s, stride: int, used: int, kept: int) -> Any:
    """Burst all groups at once but those of the colour ``kept``, and let fall and close what is left.

    Returns (columns that hold bubbles, bubbles that burst). ``bursts``: room for as many cells.
    """
    burst = _mark(cells, bursts, stride, used, np.int8(kept))
    if burst == 0:
        return used, 0
    target = stride
    for column in range(1, used + 1):
        to, at = target, column * stride
        colour = cells[at]
        while colour != 0:
            cells[to] = colour
            to += 1 - bursts[at]
            at += 1
            colour = cells[at]
        filled = to > target
        for empty in range(to, target + stride):
            cells[empty] = 0
        target += stride if filled else 0
    for at in range(target, (used + 1) * stride):
        cells[at] = 0
    return target // stride - 1, burst


@inlined
def _mark(cells: Int8s, bursts: Int8s, stride: int, used: int, kept: Any) -> Any:
    """Write into ``bursts`` which bubbles have a neighbour of their colour; return how many."""
    size = used * stride
    here, right, left = cells[stride : stride + size], cells[2 * stride : 2 * stride + size], cells[:size]
    above, below = cells[stride + 1 : stride + 1 + size], cells[stride - 1 : stride - 1 + size]
    marks = bursts[stride : stride + size]
    for i in range(size):
        colour = here[i]
        alike = (above[i] == colour) | (below[i] == colour) | (left[i] == colour) | (right[i] == colour)
        marks[i] = np.int8(alike & (colour > 0) & (colour != kept))
    burst = 0
    for i in range(size):
        burst += marks[i]
    return burst
