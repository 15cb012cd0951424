"""Whole games by simple rules of thumb, compiled: what agents and Monte-Carlo search are made of."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from bubblebreaker.cells import (
    Int8s,
    Ints,
    Packed,
    ending,
    enter,
    has_partner,
    load,
    over,
    put_back,
    room,
    settle,
    store,
    take,
)
from bubblebreaker.compiled import below, compiled, draw, fraction, inlined, mixed

UNIFORM, BY_SIZE, BY_POINTS, LARGEST = 0, 1, 2, 3
"""How a group is drawn: all alike, in proportion to its size or its points, or the largest one."""

TRIES = 64


@compiled
def pick(
    packed: Packed, cells: Int8s, used: int, weighing: int, tabu: int, rng: npt.NDArray[np.uint64], work: Ints
) -> Any:
    """Return a cell of the group that a player bursts, or -1 when the game is over.

    ``weighing``: one of the constants of this module. ``tabu``: a colour that is only burst when nothing
    else can be, or 0. ``work``: int64, room for three numbers a cell.
    """
    if weighing <= BY_SIZE:
        at = _pick_by_throwing(packed, cells, used, weighing, tabu, rng, work)
        if at >= 0:
            return at
    at = _pick_by_listing(packed, cells, used, weighing, tabu, rng, work)
    if at < 0 and tabu > 0:
        return _pick_by_listing(packed, cells, used, weighing, 0, rng, work)
    return at


@inlined
def _pick_by_throwing(
    packed: Packed, cells: Int8s, used: int, weighing: int, tabu: int, rng: npt.NDArray[np.uint64], work: Ints
) -> Any:
    """Return a cell of a random group by trying random cells, or -1 after some tries.

    A random cell finds a group in proportion to its size. To draw all groups alike, a group of n is
    kept with the chance 2/n. Few groups are looked at, and none but these are measured: on most boards
    this is several times faster than listing them all. What it returns has exactly the wanted chances.
    """
    stride = packed.rows + 1
    span = used * stride
    for _ in range(TRIES):
        bits = draw(rng)
        at = stride + ((bits * span) >> 32)
        if cells[at] == tabu or not has_partner(cells, stride, at):
            continue
        if weighing == BY_SIZE:
            return at
        colour = cells[at]
        count = take(cells, stride, at, work)
        put_back(cells, work, count, colour)
        if count == 2 or below(rng, count) < 2:
            return at
    return -1


@compiled
def _pick_by_listing(
    packed: Packed, cells: Int8s, used: int, weighing: int, tabu: int, rng: npt.NDArray[np.uint64], work: Ints
) -> Any:
    """Return a cell of a group after a look at all of them, or -1 when none but tabu ones can burst."""
    stride = packed.rows + 1
    third = len(work) // 3
    taken, firsts, sizes = work[:third], work[third : 2 * third], work[2 * third :]
    groups = list_groups(cells, stride, used, tabu, taken, firsts, sizes)
    if groups == 0:
        return -1
    if weighing == LARGEST:
        return firsts[np.argmax(sizes[:groups])]
    total = 0
    for i in range(groups):
        if weighing == BY_POINTS:
            sizes[i] = packed.points[sizes[i]]
        elif weighing == UNIFORM:
            sizes[i] = 1
        total += sizes[i]
    if total == 0:
        return firsts[below(rng, groups)]
    rest = np.int64(fraction(rng) * total)
    for i in range(groups):
        rest -= sizes[i]
        if rest < 0:
            return firsts[i]
    return firsts[groups - 1]


@compiled
def list_groups(
    cells: Int8s, stride: int, used: int, tabu: int, taken: Ints, firsts: Ints, sizes: Ints
) -> Any:
    """Write first cell and size of each group that is not of the colour ``tabu``; return how many."""
    seen = cells.copy()
    groups = 0
    for column in range(used):
        at = (column + 1) * stride
        while cells[at] != 0:
            if seen[at] != tabu and has_partner(seen, stride, at):
                firsts[groups] = at
                sizes[groups] = take(seen, stride, at, taken)
                groups += 1
            at += 1
    return groups


@compiled
def burst(packed: Packed, cells: Int8s, used: int, at: int, dice: Any, work: Ints) -> Any:
    """Make the move at ``at``; return (columns with bubbles, dice's next state, points).

    The points of the game's end are left to ``ending``. ``work``: int64, room for one number a cell.
    """
    stride = packed.rows + 1
    count = take(cells, stride, at, work)
    left = settle(cells, stride, used, work, count)
    after, dice, extra = enter(packed, cells, used, left, dice)
    return after, dice, packed.points[count] + extra


@inlined
def most_frequent(packed: Packed, cells: Int8s) -> Any:
    """Return the colour of which there are most bubbles, the first of several."""
    counts = np.zeros(packed.colours + 1, np.int64)
    for colour in cells:
        if colour > 0:
            counts[colour] += 1
    return np.argmax(counts[1:]) + 1


@inlined
def finish(
    packed: Packed,
    cells: Int8s,
    used: int,
    dice: Any,
    weighing: int,
    tabu: int,
    rng: npt.NDArray[np.uint64],
    work: Ints,
    limit: int,
) -> Any:
    """Play on to the end, or for ``limit`` moves; return (points, moves, dice's next state)."""
    points = 0
    moves = 0
    while moves < limit:
        at = pick(packed, cells, used, weighing, tabu, rng, work)
        if at < 0:
            break
        used, dice, more = burst(packed, cells, used, at, dice, work)
        points += more
        moves += 1
    if moves > 0 and (moves < limit or over(cells, packed.rows + 1, used)):
        points += ending(packed, cells, used)
    return points, moves, dice


@compiled
def play_all(
    packed: Packed,
    boards: Int8s,
    dice: npt.NDArray[np.uint32],
    weighing: int,
    tabu: bool,
    seeds: npt.NDArray[np.uint64],
    limit: int,
) -> Any:
    """Play each of many games on by itself; ``boards`` and ``dice`` stand at the end afterwards.

    ``boards``: int8, (n, rows, columns). ``dice``: uint32, (n,). ``seeds``: uint64, (n,): of the player's
    own random numbers. ``tabu``: whether to keep away from the colour that is the most frequent at the
    start. Returns two int64 arrays (n,): points and moves.
    """
    count = len(boards)
    cells = np.zeros(room(packed.rows, packed.columns), np.int8)
    work = np.empty(3 * len(cells), np.int64)
    rng = np.empty(1, np.uint64)
    points = np.empty(count, np.int64)
    moves = np.empty(count, np.int64)
    for i in range(count):
        rng[0] = mixed(seeds[i])
        used = load(boards[i], cells)
        avoided = most_frequent(packed, cells) if tabu else 0
        points[i], moves[i], dice[i] = finish(
            packed, cells, used, dice[i], weighing, avoided, rng, work, limit
        )
        store(cells, boards[i])
    return points, moves
