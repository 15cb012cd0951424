"""The compiled engine on many boards at once: numpy arrays in, numpy arrays out.

Boards have the shape (n, rows, columns), dtype int8, row 0 at the top. An action is the number of a
cell, ``row * columns + column``. Dice are uint32, (n,): see ``rules.Dice``. Everything here agrees with
``reference``, bubble by bubble; the first call in an environment compiles for some seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bubblebreaker.cells import (
    GREYS,
    RANDOM,
    Int8s,
    Ints,
    Packed,
    ending,
    fill,
    load,
    over,
    pack,
    room,
    store,
    take,
)
from bubblebreaker.compiled import compiled, inlined
from bubblebreaker.playouts import burst, list_groups, play_all
from bubblebreaker.rules import GREY, Rules, first_state

UInt32s = npt.NDArray[np.uint32]
NO_LIMIT = 2**62


def new_boards(rules: Rules, seeds: npt.ArrayLike) -> tuple[Int8s, UInt32s]:
    """Return full boards (n, rows, columns) and the dice (n,) after them, one for each seed.

    ``seeds``: whole numbers from 0 to 2³² - 1, (n,).
    """
    dice = np.array([first_state(int(seed)) for seed in np.asarray(seeds).ravel()], np.uint32)
    boards = np.zeros((len(dice), rules.rows, rules.columns), np.int8)
    refresh(pack(rules), boards, dice, np.ones(len(dice), np.bool_))
    return boards, dice


def check_boards(rules: Rules, boards: Int8s) -> Int8s:
    """Return ``boards`` as contiguous int8, (n, rows, columns); ValueError where one is no settled board."""
    array = np.asarray(boards)
    if array.ndim != 3 or array.shape[1:] != (rules.rows, rules.columns):
        raise ValueError(f"boards have the shape (n, {rules.rows}, {rules.columns}), not {array.shape}")
    if array.size and (array.min() < GREY or array.max() > rules.colours):
        raise ValueError(f"cells are -1 (grey), 0 (empty) or 1 to {rules.colours}")
    filled = array != 0
    if (filled[:, :-1] & ~filled[:, 1:]).any():
        raise ValueError("a bubble is above an empty cell; call reference.settle first")
    if (filled[:, -1, 1:] & ~filled[:, -1, :-1]).any():
        raise ValueError("a column is to the right of an empty one; call reference.settle first")
    return np.ascontiguousarray(array, np.int8)


@compiled
def refresh(packed: Packed, boards: Int8s, dice: UInt32s, which: npt.NDArray[np.bool_]) -> None:
    """Throw a new full board in place of each that ``which`` (bool, (n,)) names; its dice move on."""
    cells = np.zeros(room(packed.rows, packed.columns), np.int8)
    for i in range(len(boards)):
        if which[i]:
            dice[i] = fill(packed, cells, 0, packed.columns, dice[i])
            store(cells, boards[i])


@compiled
def step(packed: Packed, boards: Int8s, dice: UInt32s, actions: Ints) -> Any:
    """Make one move on each board, in place.

    ``actions``: int64, (n,). Returns (points int64 (n,), sizes int64 (n,), over bool (n,)). Where nothing
    bursts the size is 0, the board stays and no points are given. ``over`` tells whether no move is left.
    """
    count = len(boards)
    cells = np.zeros(room(packed.rows, packed.columns), np.int8)
    work = np.empty(len(cells), np.int64)
    points = np.zeros(count, np.int64)
    sizes = np.zeros(count, np.int64)
    ended = np.zeros(count, np.bool_)
    for i in range(count):
        used = load(boards[i], cells)
        at = place(packed, actions[i])
        if at >= 0:
            sizes[i], used, dice[i], points[i] = move(packed, cells, used, at, dice[i], work)
        ended[i] = over(cells, packed.rows + 1, used)
        if sizes[i] > 0:
            if ended[i]:
                points[i] += ending(packed, cells, used)
            store(cells, boards[i])
    return points, sizes, ended


@inlined
def move(packed: Packed, cells: Int8s, used: int, at: int, dice: Any, work: Ints) -> Any:
    """Burst the group at ``at`` if there is one; return (its size or 0, columns used, dice, points)."""
    colour = cells[at]
    if colour <= 0:
        return 0, used, dice, 0
    stride = packed.rows + 1
    count = take(cells, stride, at, work)
    cells[at] = colour
    if count < 2:
        return 0, used, dice, 0
    for i in range(count):
        cells[work[i]] = colour
    used, dice, points = burst(packed, cells, used, at, dice, work)
    return count, used, dice, points


@inlined
def place(packed: Packed, action: int) -> Any:
    """Return where in ``cells`` an action's cell lies, or -1 for an action that is none."""
    if action < 0 or action >= packed.rows * packed.columns:
        return -1
    row = action // packed.columns
    return (action - row * packed.columns + 1) * (packed.rows + 1) + packed.rows - 1 - row


@inlined
def action_at(packed: Packed, at: int) -> Any:
    """Return the action of the cell that lies at ``at`` in ``cells``."""
    column = at // (packed.rows + 1)
    return (packed.rows - 1 - at + column * (packed.rows + 1)) * packed.columns + column - 1


def cells_of(rules: Rules, ats: npt.ArrayLike) -> list[tuple[int, int]]:
    """Return (row, column) of each place in ``cells``."""
    places = (divmod(int(at), rules.rows + 1) for at in np.asarray(ats))
    return [(rules.rows - 1 - height, column - 1) for column, height in places]


@compiled
def masks(packed: Packed, boards: Int8s, mask: Int8s) -> None:
    """Write into ``mask``, int8 (n, rows * columns), 1 for the first cell of each group, else 0.

    A group's first cell is its lowest one in its leftmost column: one cell stands for each move, so
    that a uniform draw from the mask is a uniform draw of a move.
    """
    cells = np.zeros(room(packed.rows, packed.columns), np.int8)
    work = np.empty((3, len(cells)), np.int64)
    mask[:] = 0
    for i in range(len(boards)):
        used = load(boards[i], cells)
        for j in range(list_groups(cells, packed.rows + 1, used, 0, work[0], work[1], work[2])):
            mask[i, action_at(packed, work[1, j])] = 1


def action_masks(rules: Rules, boards: Int8s) -> Int8s:
    """Return the action masks, int8 (n, rows * columns), of boards (n, rows, columns): see ``masks``."""
    mask = np.empty((len(boards), rules.cells), np.int8)
    masks(pack(rules), boards, mask)
    return mask


@dataclass(frozen=True)
class AfterStates:
    """What each move on each of n boards leads to, all m moves one after the other.

    ``boards`` int8 (m, rows, columns); ``points``, ``actions``, ``sizes`` int64 (m,); ``owners`` int64 (m,):
    which board the move is on; ``starts`` int64 (n + 1,): the moves of board i are
    ``starts[i]:starts[i + 1]``, in the order of ``reference.moves``.
    """

    boards: Int8s
    points: Ints
    actions: Ints
    sizes: Ints
    owners: Ints
    starts: Ints


def after_states(rules: Rules, boards: Int8s) -> AfterStates:
    """Try every move on each board (n, rows, columns), which stay as they are.

    Of columns that would be thrown at random nobody knows the colours yet: they are grey here and
    give ``grey_value`` points each, which is 0 unless the rules say otherwise.
    """
    packed = pack(rules)
    if packed.refill == RANDOM:
        packed = packed._replace(refill=GREYS)
    starts = _count_moves(packed, boards)
    total = int(starts[-1])
    after = np.empty((total, *boards.shape[1:]), np.int8)
    points, actions, sizes, owners = (np.empty(total, np.int64) for _ in range(4))
    _write_after_states(packed, boards, starts, after, points, actions, sizes, owners)
    return AfterStates(after, points, actions, sizes, owners, starts)


@compiled
def _count_moves(packed: Packed, boards: Int8s) -> Any:
    cells = np.zeros(room(packed.rows, packed.columns), np.int8)
    work = np.empty((3, len(cells)), np.int64)
    starts = np.zeros(len(boards) + 1, np.int64)
    for i in range(len(boards)):
        used = load(boards[i], cells)
        groups = list_groups(cells, packed.rows + 1, used, 0, work[0], work[1], work[2])
        starts[i + 1] = starts[i] + groups
    return starts


@compiled
def _write_after_states(
    packed: Packed,
    boards: Int8s,
    starts: Ints,
    after: Int8s,
    points: Ints,
    actions: Ints,
    sizes: Ints,
    owners: Ints,
) -> None:
    cells = np.zeros(room(packed.rows, packed.columns), np.int8)
    then = cells.copy()
    work = np.empty((3, len(cells)), np.int64)
    for i in range(len(boards)):
        used = load(boards[i], cells)
        list_groups(cells, packed.rows + 1, used, 0, work[0], work[1], sizes[starts[i] : starts[i + 1]])
        for j in range(starts[i], starts[i + 1]):
            then[:] = cells
            at = work[1, j - starts[i]]
            left, _, points[j] = burst(packed, then, used, at, np.uint32(1), work[0])
            if over(then, packed.rows + 1, left):
                points[j] += ending(packed, then, left)
            store(then, after[j])
            actions[j] = action_at(packed, at)
            owners[j] = i


def play_out(
    rules: Rules,
    boards: Int8s,
    dice: UInt32s,
    seeds: npt.ArrayLike,
    weighing: int = 0,
    tabu: bool = False,
    limit: int = NO_LIMIT,
) -> tuple[Ints, Ints]:
    """Play each game on to its end, in place; return points and moves, int64 (n,) each.

    ``boards``, ``dice``: as ``new_boards`` gives them. ``seeds``: of each player's own random numbers,
    (n,). ``weighing``: one of the constants of ``playouts``. ``tabu``: keep away from the colour that is
    the most frequent at the start. ``limit``: of moves. A game's result does not depend on its neighbours.
    """
    points, moves = play_all(pack(rules), boards, dice, weighing, tabu, np.asarray(seeds, np.uint64), limit)
    return points, moves
