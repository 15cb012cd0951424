"""The groups of a board kept up to date from move to move, for searches that weigh all of them.

A move changes a few neighbouring columns. Groups that do not touch these stay as they are, with their
codes and weights; only the others are looked for again. That makes a step several times cheaper than
listing all groups anew.

Indices are uint32 and uint64 throughout: with signed ones Numba tests for negative indices at each
access, and in these loops that shows.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from bubblebreaker.cells import Int8s, Packed, room
from bubblebreaker.compiled import compiled, mixed

CODE_BITS = 16
CODES = np.uint64(2**CODE_BITS - 1)

Int8 = np.int8
U32 = np.uint32
U64 = np.uint64
U32s = npt.NDArray[np.uint32]
U64s = npt.NDArray[np.uint64]
Policy = npt.NDArray[np.float64]
"""The weight of each code, > 0: shape (2**CODE_BITS,)."""

ONE = U32(1)
LOW32 = U64(0xFFFFFFFF)
LOW16 = U64(0xFFFF)


class Desk(NamedTuple):
    """A board and its groups, and what does not change about boards of this size.

    ``cells``: see the module ``cells``. ``seen``, ``taken``: working memory.
    One entry a group: ``where`` is its first cell, 32 bits, its first and last column, 16 bits each;
    ``what`` is its code, 32 bits, its size, 24 bits, and its colour, 8 bits; ``weight`` is what the policy
    gives it, 0 for the colour to keep away from.
    ``keys``: random bits of each cell, whose sum tells groups apart (Zobrist, 1970). ``columns``: the
    column of each cell.
    """

    cells: Int8s
    seen: Int8s
    taken: U32s
    where: U64s
    what: U64s
    weight: npt.NDArray[np.float64]
    keys: U64s
    columns: U32s


def make_desk(packed: Packed) -> Desk:
    """Return working memory for boards of these rules."""
    cells = int(room(packed.rows, packed.columns))
    groups = cells // 2 + 1
    return Desk(
        np.zeros(cells, np.int8),
        np.zeros(cells, np.int8),
        np.zeros(cells + 4, np.uint32),
        np.zeros(groups, np.uint64),
        np.zeros(groups, np.uint64),
        np.zeros(groups),
        np.array([mixed(np.uint64(at)) for at in range(cells)], np.uint64),
        np.array([max(0, at // (packed.rows + 1) - 1) for at in range(cells)], np.uint32),
    )


@compiled
def first_cell(where: Any) -> Any:
    """Return the cell that stands for a group."""
    return U32(where & LOW32)


@compiled
def code_of(what: Any) -> Any:
    """Return a group's code."""
    return what & CODES


@compiled
def size_of(what: Any) -> Any:
    """Return how many bubbles a group has."""
    return (what >> U64(32)) & U64(0xFFFFFF)


@compiled
def colour_of(what: Any) -> Any:
    """Return a group's colour."""
    return what >> U64(56)


@compiled
def _take(cells: Int8s, stride: Any, at: Any, taken: U32s) -> Any:
    """Empty the group at ``at``; ``taken`` gets its cells; return how many."""
    colour = cells[at]
    cells[at] = 0
    taken[U32(0)] = at
    count = ONE
    done = U32(0)
    while done < count:
        here = taken[done]
        done = U32(done + ONE)
        near = U32(here + ONE)
        if cells[near] == colour:
            cells[near] = 0
            taken[count] = near
            count = U32(count + ONE)
        near = U32(here - ONE)
        if cells[near] == colour:
            cells[near] = 0
            taken[count] = near
            count = U32(count + ONE)
        near = U32(here + stride)
        if cells[near] == colour:
            cells[near] = 0
            taken[count] = near
            count = U32(count + ONE)
        near = U32(here - stride)
        if cells[near] == colour:
            cells[near] = 0
            taken[count] = near
            count = U32(count + ONE)
    return count


@compiled
def _look(cells: Int8s, seen: Int8s, stride: Any, low: Any, high: Any) -> None:
    """Write ``cells`` into ``seen`` but, from ``low`` to before ``high``, for bubbles without a partner."""
    for at in range(U32(len(cells))):
        seen[at] = cells[at]
    for at in range(low, high):
        colour = cells[at]
        paired = (
            (colour == cells[U32(at + ONE)])
            | (colour == cells[U32(at - ONE)])
            | (colour == cells[U32(at + stride)])
            | (colour == cells[U32(at - stride)])
        )
        seen[at] = colour if (colour > 0) & paired else Int8(0)


@compiled
def find_groups(
    cells: Int8s,
    seen: Int8s,
    taken: U32s,
    where: U64s,
    what: U64s,
    weight: npt.NDArray[np.float64],
    keys: U64s,
    columns: U32s,
    stride: Any,
    begin: Any,
    end: Any,
    kept: Any,
    policy: Policy,
    tabu: Any,
) -> Any:
    """Append the groups that touch the columns from ``begin`` to before ``end``; return how many there are.

    ``kept``: so many entries stay; none of them touches these columns.
    """
    low = U32(U32(begin + 1) * stride)
    high = U32(U32(end + 1) * stride)
    count = U32(kept)
    if high <= low:
        return count
    _look(cells, seen, stride, low, high)
    for at in range(low, high):
        colour = seen[at]
        if colour == 0:
            continue
        size = _take(seen, stride, U32(at), taken)
        key = U64(colour) * U64(0x9E3779B97F4A7C15)
        leftmost = U32(at)
        rightmost = U32(at)
        for i in range(size):
            cell = taken[U32(i)]
            key += keys[cell]
            leftmost = min(leftmost, cell)
            rightmost = max(rightmost, cell)
        key = (key ^ (key >> U64(29))) * U64(0xBF58476D1CE4E5B9)
        code = key >> U64(64 - CODE_BITS)
        where[count] = (
            U64(leftmost) | (U64(columns[leftmost]) << U64(32)) | (U64(columns[rightmost]) << U64(48))
        )
        what[count] = code | (U64(size) << U64(32)) | (U64(colour) << U64(56))
        weight[count] = 0.0 if colour == tabu else policy[code]
        count = U32(count + ONE)
    return count


@compiled
def _fall(cells: Int8s, base: Any, rows: Any) -> Any:
    """Let one column's bubbles fall; return whether it is empty."""
    to = base
    at = base
    end = U32(base + rows)
    while at < end:
        colour = cells[at]
        cells[to] = colour
        to = U32(to + U32(colour != 0))
        at = U32(at + ONE)
    empty = to == base
    while to < end:
        cells[to] = 0
        to = U32(to + ONE)
    return empty


@compiled
def _close(cells: Int8s, stride: Any, used: Any, first: Any) -> Any:
    """Move the columns from ``first`` on to the left over empty ones; return how many hold bubbles."""
    to = first
    for column in range(first, used):
        source = U32(U32(column + 1) * stride)
        if cells[source] == 0:
            continue
        if column != to:
            target = U32(U32(to + 1) * stride)
            for i in range(stride):
                cells[U32(target + i)] = cells[U32(source + i)]
                cells[U32(source + i)] = 0
        to += 1
    return to


@compiled
def burst_group(
    cells: Int8s,
    seen: Int8s,
    taken: U32s,
    where: U64s,
    what: U64s,
    weight: npt.NDArray[np.float64],
    keys: U64s,
    columns: U32s,
    stride: Any,
    used: Any,
    count: Any,
    which: Any,
    policy: Policy,
    tabu: Any,
) -> Any:
    """Burst group ``which`` of ``count``; nothing enters. Return (columns with bubbles, groups)."""
    place = where[which]
    first = np.int64((place >> U64(32)) & LOW16)
    last = np.int64(place >> U64(48))
    _take(cells, stride, first_cell(place), taken)
    emptied = False
    for column in range(first, last + 1):
        emptied |= _fall(cells, U32(U32(column + 1) * stride), U32(stride - ONE))
    begin: Any = max(0, first - 1)
    end: Any = last + 2
    if emptied:
        # All columns further right have moved.
        end = used
        used = _close(cells, stride, used, first)
    kept = U32(0)
    for i in range(count):
        place = where[i]
        stays = (np.int64(place >> U64(48)) < begin) | (np.int64((place >> U64(32)) & LOW16) >= end)
        where[kept] = place
        what[kept] = what[i]
        weight[kept] = weight[i]
        kept = U32(kept + U32(stays))
    end = min(end, int(used))
    return used, find_groups(
        cells, seen, taken, where, what, weight, keys, columns, stride, begin, end, kept, policy, tabu
    )
