"""What one move does to one board, compiled; the innermost loops of everything but search.

Boards lie here as ``cells``: int8, column after column from the left, each from the bottom up, with
one empty cell above each column and an empty column on either side. So every cell has four
neighbours, at ±1 and ±stride, and no loop asks where the board ends. The columns that hold bubbles
are the first ``used`` ones: every board that these functions see has settled.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from bubblebreaker.compiled import compiled, inlined
from bubblebreaker.rules import GREY, Rules

Int8s = npt.NDArray[np.int8]
Ints = npt.NDArray[np.int64]


class Packed(NamedTuple):
    """Rules as compiled functions read them. ``points``: int64, what a group of each size gives."""

    rows: int
    columns: int
    colours: int
    points: Ints
    cleared_bonus: int
    deduction: bool
    refill: int
    grey_value: int


NOTHING, RANDOM, GREYS = 0, 1, 2
_REFILLS = {"none": NOTHING, "random": RANDOM, "grey": GREYS}


def pack(rules: Rules) -> Packed:
    """Return the rules for compiled functions."""
    return Packed(
        rules.rows,
        rules.columns,
        rules.colours,
        np.array([rules.points(size) for size in range(rules.cells + 1)], np.int64),
        rules.cleared_bonus,
        rules.deduction,
        _REFILLS[rules.refill],
        rules.grey_value,
    )


@inlined
def room(rows: int, columns: int) -> Any:
    """Return how many cells a board takes with its margins."""
    return (columns + 2) * (rows + 1)


@compiled
def load(board: Int8s, cells: Int8s) -> Any:
    """Write a board, shape (rows, columns), into ``cells``; return how many columns hold bubbles."""
    rows, columns = board.shape
    stride = rows + 1
    cells[:] = 0
    used = 0
    for column in range(columns):
        base = (column + 1) * stride
        for row in range(rows):
            cells[base + rows - 1 - row] = board[row, column]
        if cells[base] != 0:
            used = column + 1
    return used


@compiled
def store(cells: Int8s, board: Int8s) -> None:
    """Write ``cells`` into a board of shape (rows, columns)."""
    rows, columns = board.shape
    for row in range(rows):
        at = 2 * rows - row
        for column in range(columns):
            board[row, column] = cells[at]
            at += rows + 1


@inlined
def has_partner(cells: Int8s, stride: int, at: int) -> Any:
    """Return whether the bubble at ``at`` touches one of its colour; never for empty and grey cells."""
    colour = cells[at]
    return colour > 0 and (
        cells[at + 1] == colour
        or cells[at - 1] == colour
        or cells[at + stride] == colour
        or cells[at - stride] == colour
    )


@compiled
def take(cells: Int8s, stride: int, at: int, taken: Ints) -> Any:
    """Empty the group at ``at`` without letting anything fall; ``taken`` gets its cells; return how many."""
    colour = cells[at]
    cells[at] = 0
    taken[0] = at
    count = 1
    done = 0
    while done < count:
        here = taken[done]
        done += 1
        if cells[here + 1] == colour:
            cells[here + 1] = 0
            taken[count] = here + 1
            count += 1
        if cells[here - 1] == colour:
            cells[here - 1] = 0
            taken[count] = here - 1
            count += 1
        if cells[here + stride] == colour:
            cells[here + stride] = 0
            taken[count] = here + stride
            count += 1
        if cells[here - stride] == colour:
            cells[here - stride] = 0
            taken[count] = here - stride
            count += 1
    return count


@inlined
def put_back(cells: Int8s, taken: Ints, count: int, colour: int) -> None:
    """Undo ``take``."""
    for i in range(count):
        cells[taken[i]] = colour


@inlined
def settle(cells: Int8s, stride: int, used: int, taken: Ints, count: int) -> Any:
    """Let bubbles fall where ``taken`` left holes, close empty columns; return how many still hold any."""
    first, last = used, 0
    for i in range(count):
        column = taken[i] // stride - 1
        first = min(first, column)
        last = max(last, column)
    emptied = False
    for column in range(first, last + 1):
        emptied |= _fall(cells, (column + 1) * stride, stride - 1)
    return _close(cells, stride, used, first) if emptied else used


@inlined
def _fall(cells: Int8s, base: int, rows: int) -> Any:
    """Let one column's bubbles fall; return whether it is empty."""
    to = base
    for at in range(base, base + rows):
        colour = cells[at]
        if colour != 0:
            cells[to] = colour
            to += 1
    empty = to == base
    for at in range(to, base + rows):
        cells[at] = 0
    return empty


@inlined
def _close(cells: Int8s, stride: int, used: int, first: int) -> Any:
    """Move the columns from ``first`` on to the left over empty ones; return how many hold bubbles."""
    to = first
    for column in range(first, used):
        source = (column + 1) * stride
        if cells[source] == 0:
            continue
        if column != to:
            target = (to + 1) * stride
            for i in range(stride):
                cells[target + i] = cells[source + i]
                cells[source + i] = 0
        to += 1
    return to


@inlined
def throw(dice: Any, colours: int) -> Any:
    """Return the dice's next state and the colour it stands for; the same as ``rules.Dice``."""
    x = np.uint32(dice)
    x ^= np.uint32(x << np.uint32(13))
    x ^= np.uint32(x >> np.uint32(17))
    x ^= np.uint32(x << np.uint32(5))
    x = np.uint32(x)
    return x, np.int8(1 + ((np.int64(x) * colours) >> 32))


@inlined
def fill(packed: Packed, cells: Int8s, first: int, count: int, dice: Any) -> Any:
    """Fill ``count`` columns from ``first`` on with random bubbles; return the dice's next state."""
    stride = packed.rows + 1
    for column in range(first, first + count):
        for at in range((column + 2) * stride - 2, (column + 1) * stride - 1, -1):
            dice, cells[at] = throw(dice, packed.colours)
    return dice


@inlined
def enter(packed: Packed, cells: Int8s, before: int, used: int, dice: Any) -> Any:
    """Let columns enter for those that the last move emptied.

    ``before``, ``used``: columns with bubbles before and after the move. Returns
    (columns with bubbles, dice's next state, points).
    """
    count = before - used
    if packed.refill == NOTHING or count == 0:
        return used, dice, 0
    if packed.refill == RANDOM:
        return before, fill(packed, cells, used, count, dice), 0
    stride = packed.rows + 1
    for column in range(used, before):
        for at in range((column + 1) * stride, (column + 2) * stride - 1):
            cells[at] = GREY
    return before, dice, packed.grey_value * count


@compiled
def over(cells: Int8s, stride: int, used: int) -> Any:
    """Return whether no group can burst."""
    for column in range(used):
        at = (column + 1) * stride
        while cells[at] != 0:
            if cells[at] > 0 and (cells[at + 1] == cells[at] or cells[at + stride] == cells[at]):
                return False
            at += 1
    return True


@compiled
def ending(packed: Packed, cells: Int8s, used: int) -> Any:
    """Return the points that the rules add to the last move of a game that ended on this board."""
    if used == 0:
        return packed.cleared_bonus
    if not packed.deduction:
        return 0
    left = np.zeros(packed.colours + 1, np.int64)
    for at in range(packed.rows + 1, (used + 1) * (packed.rows + 1)):
        if cells[at] > 0:
            left[cells[at]] += 1
    points = 0
    for colour in range(1, packed.colours + 1):
        if left[colour] > 0:
            points -= (left[colour] - 2) ** 2
    return points
