"""Bubbles of one colour that are near, but in different groups, and what a single move could join.

A pair counts as joinable when all that keeps its bubbles apart could burst: those between them in one
column, or those under the higher one of two in neighbouring columns. Groups joined by such pairs, one after
the other, make a cluster: the group that good moves may make of them. It is no more than a hint, since what
bursts for one pair may move another out of reach.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from bubblebreaker.cells import Int8s, Ints
from bubblebreaker.compiled import compiled, inlined

Floats = npt.NDArray[np.float32]

PAIRS = ("apart 0 2", "apart 0 3", "apart 1 1", "apart 1 2", "apart 2 0", "apart 2 1")
"""Pairs in different groups by how far they are apart, (columns, rows)."""

JOINABLE = tuple(f"{name}, joinable" for name in PAIRS[:4])
"""Those of them that one or two moves could join."""

CLUSTERS = (
    "clusters",
    "singles out of reach",
    "largest cluster",
    "points of the largest cluster",  # (n - 2)²
    "points of clusters",  # Σ(n - 2)²
)
"""What ``count_clusters`` writes: clusters of two bubbles and more, single bubbles in none."""

# So many empty cells around a board let every pair be looked up without asking where the board ends.
MARGIN = 3


@inlined
def count_pairs(
    cells: Int8s, stride: int, used: int, group_of: Ints, sizes: Ints, parents: Ints, blocks: Floats
) -> None:
    """Count ``PAIRS``, then ``JOINABLE``, in each colour's block and join groups into clusters.

    ``group_of``: of each bubble's cell, the first cell of its group. ``sizes``, ``parents``: of each such
    first cell, the size of its group, and itself; ``parents`` then leads to the first cell of its cluster.
    """
    for column in range(1, used + 1):
        at = column * stride
        while cells[at] != 0:
            if cells[at] > 0:
                aside = at + stride
                _pair(cells, at, at + 2, 0, at + 1, 1, group_of, sizes, parents, blocks)
                _pair(cells, at, at + 3, 1, at + 1, 2, group_of, sizes, parents, blocks)
                _pair(cells, at, aside - 1, 2, at - 1, 1, group_of, sizes, parents, blocks)
                _pair(cells, at, aside + 1, 2, aside, 1, group_of, sizes, parents, blocks)
                _pair(cells, at, aside - 2, 3, at - 2, 2, group_of, sizes, parents, blocks)
                _pair(cells, at, aside + 2, 3, aside, 2, group_of, sizes, parents, blocks)
                _pair(cells, at, aside + stride, 4, at, 0, group_of, sizes, parents, blocks)
                _pair(cells, at, aside + stride - 1, 5, at, 0, group_of, sizes, parents, blocks)
                _pair(cells, at, aside + stride + 1, 5, at, 0, group_of, sizes, parents, blocks)
            at += 1


@inlined
def _pair(
    cells: Int8s,
    at: int,
    there: int,
    kind: int,
    between: int,
    count: int,
    group_of: Ints,
    sizes: Ints,
    parents: Ints,
    blocks: Floats,
) -> None:
    """Count the pair at ``at`` and ``there``, if it is one, as one of ``kind``, and join it where it can be.

    ``between``: the lowest of the ``count`` cells that keep it apart; 0 of them: no single move joins it.
    """
    if cells[there] == cells[at]:  # four of five calls need not be made
        _count_pair(cells, at, there, kind, between, count, group_of, sizes, parents, blocks)


@compiled
def _count_pair(
    cells: Int8s,
    at: int,
    there: int,
    kind: int,
    between: int,
    count: int,
    group_of: Ints,
    sizes: Ints,
    parents: Ints,
    blocks: Floats,
) -> None:
    colour = cells[at]
    if group_of[there] == group_of[at]:
        return
    blocks[colour - 1, kind] += 1
    if count > 0 and _can_burst(cells, between, count, colour, group_of, sizes):
        blocks[colour - 1, len(PAIRS) + kind] += 1
        _join(parents, group_of[at], group_of[there])


@inlined
def _can_burst(cells: Int8s, first: int, count: int, colour: int, group_of: Ints, sizes: Ints) -> Any:
    """Say whether each of these cells is of a group of another colour."""
    for at in range(first, first + count):
        if cells[at] <= 0 or cells[at] == colour or sizes[group_of[at]] < 2:
            return False
    return True


@inlined
def _join(parents: Ints, one: int, other: int) -> None:
    one, other = _root(parents, one), _root(parents, other)
    parents[max(one, other)] = min(one, other)


@compiled
def _root(parents: Ints, at: int) -> Any:
    """Return the first cell of a group's cluster, and shorten the way to it."""
    while parents[at] != at:
        parents[at] = parents[parents[at]]
        at = parents[at]
    return at


@inlined
def count_clusters(
    cells: Int8s, stride: int, used: int, group_of: Ints, sizes: Ints, parents: Ints, blocks: Floats
) -> None:
    """Write ``CLUSTERS`` into each colour's block; ``sizes`` becomes those of clusters."""
    for column in range(1, used + 1):
        at = column * stride
        while cells[at] != 0:
            if group_of[at] == at:
                root = _root(parents, at)
                if root != at:
                    sizes[root] += sizes[at]
            at += 1
    for column in range(1, used + 1):
        at = column * stride
        while cells[at] != 0:
            if group_of[at] == at and parents[at] == at:
                _count_cluster(blocks[cells[at] - 1], sizes[at])
            at += 1


@inlined
def _count_cluster(block: Floats, size: int) -> None:
    if size == 1:
        block[1] += 1
        return
    block[0] += 1
    block[4] += (size - 2) ** 2
    if size > block[2]:
        block[2] = size
        block[3] = (size - 2) ** 2
