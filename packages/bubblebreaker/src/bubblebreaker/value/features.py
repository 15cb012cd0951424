"""What a value network is told about a board: numbers that do not care which colour is which.

First a block of numbers for each colour, the most frequent one first; then some about the whole board.
Blocks are sorted by all their numbers, so boards that differ by a permutation of the colours alone get the
same numbers, bit by bit. A network on top of them has this symmetry built in and need not learn it.

More can be told: what is left when all groups burst at once, and so on (``peeling``).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from bubblebreaker.cells import Int8s, Ints, load, room
from bubblebreaker.compiled import compiled, inlined
from bubblebreaker.value.pairs import CLUSTERS, JOINABLE, MARGIN, PAIRS, count_clusters, count_pairs
from bubblebreaker.value.peeling import PEELED_BOARD, PEELED_COLOUR, peel

Floats = npt.NDArray[np.float32]

OF_A_COLOUR = (
    "bubbles",
    "groups",
    "singles",
    "largest group",
    "second largest group",
    "points at once",  # Σ(n - 2)² of its groups
    "points if joined",  # (n - 2)² of all its bubbles
    "groups of 2",
    "groups of 3 or 4",
    "groups of 5 to 8",
    "larger groups",
    "alone on the board",
    "columns",
    "gaps between its columns",
    "on the ground",
    "on top",
    "bubbles above",
    "touching upwards",
    "touching sideways",
    *PAIRS,
    *JOINABLE,
    *CLUSTERS,
    # A stretch: neighbouring columns that all hold the colour.
    "stretches",
    "largest stretch",
    "points of the largest stretch",  # (n - 2)²
    "alone in a stretch",
    "heights",
)
"""The numbers of each colour's block."""

OF_THE_BOARD = (
    "bubbles",
    "columns",
    "grey columns",
    "moves",
    "singles",
    "largest group",
    "colours left",
    "no single left",
    "no move left",
    "highest column",
    "steps between columns",
    "heights squared",
    "low columns",
    "last column",
    "points of clusters",
    "largest cluster",
    "singles out of reach",
    "every single in reach",
    "alone in a stretch",
)
"""The numbers after the blocks."""

BLOCK = len(OF_A_COLOUR)
BUBBLES, GROUPS, SINGLES, LARGEST, SECOND, AT_ONCE, JOINED, OF_2 = range(8)
ALONE, COLUMNS, GAPS, GROUND, TOP, ABOVE, UPWARDS, SIDEWAYS, NEAR = range(11, 20)
REACH = NEAR + len(PAIRS) + len(JOINABLE)
STRETCHES = REACH + len(CLUSTERS)
LARGEST_STRETCH, OF_STRETCH, ALONE_IN_STRETCH, HEIGHTS = range(STRETCHES + 1, STRETCHES + 5)


def width(colours: int, *, peeled: bool = False) -> int:
    """Return how many numbers describe a board of this many colours."""
    more = colours * len(PEELED_COLOUR) + len(PEELED_BOARD) if peeled else 0
    return colours * BLOCK + len(OF_THE_BOARD) + more


def has_peels(inputs: int) -> bool:
    """Say whether a network of so many inputs is told of peels: no ``width`` is both with and without."""
    return (inputs - len(OF_THE_BOARD) - len(PEELED_BOARD)) % (BLOCK + len(PEELED_COLOUR)) == 0


def names(colours: int, *, peeled: bool = False) -> list[str]:
    """Return what each number means."""
    block = OF_A_COLOUR + PEELED_COLOUR if peeled else OF_A_COLOUR
    blocks = (f"colour {rank}: {name}" for rank in range(1, colours + 1) for name in block)
    return [*(PEELED_BOARD if peeled else ()), *blocks, *OF_THE_BOARD]


def describe(boards: Int8s, colours: int, *, peeled: bool = False) -> Floats:
    """Describe settled boards, int8 (n, rows, columns): float32 (n, width(colours)).

    ``peeled``: with the numbers of ``peeling`` at the end of each block and before the first.
    """
    count, rows, columns = boards.shape
    wide = np.zeros((count, rows + MARGIN, columns + MARGIN), np.int8)
    wide[:, MARGIN:, :columns] = boards
    told = np.zeros((count, width(colours, peeled=peeled)), np.float32)
    more = np.zeros((count, colours, 0), np.float32)
    if peeled:
        more, told[:, : len(PEELED_BOARD)] = peel(boards, colours)
    _describe_all(wide, more, told)
    return told


@compiled
def _describe_all(boards: Int8s, more: Floats, told: Floats) -> None:
    """Write the description of each board to the end of its row of ``told``; ``more``: of each colour."""
    rows, columns = boards.shape[1:]
    stride = rows + 1
    cells = np.zeros(room(rows, columns), np.int8)
    work = np.empty((4, len(cells)), np.int64)
    group_of, sizes, parents, stack = work[0], work[1], work[2], work[3]
    colours, added = more.shape[1:]
    blocks = np.empty((colours, BLOCK + added), np.float32)
    whole = told.shape[1] - len(OF_THE_BOARD)
    for i in range(len(boards)):
        used = load(boards[i], cells)
        blocks[:, :BLOCK] = 0
        blocks[:, BLOCK:] = more[i]
        _count_groups(cells, stride, used, group_of, sizes, stack, blocks)
        parents[:] = group_of
        _count_cells(cells, stride, used, blocks)
        count_pairs(cells, stride, used, group_of, sizes, parents, blocks[:, NEAR:])
        count_clusters(cells, stride, used, group_of, sizes, parents, blocks[:, REACH:])
        _count_columns(cells, stride, used, blocks)
        _complete(blocks)
        _write_blocks(blocks, told[i, whole - blocks.size : whole])
        _count_whole(cells, stride, used, blocks, told[i, whole:])


@inlined
def _count_groups(
    cells: Int8s, stride: int, used: int, group_of: Ints, sizes: Ints, stack: Ints, blocks: Floats
) -> None:
    """Number the groups in ``group_of`` by their first cells, where ``sizes`` gets how large they are."""
    group_of[:] = -1
    for column in range(1, used + 1):
        at = column * stride
        while cells[at] != 0:
            if cells[at] > 0 and group_of[at] < 0:
                sizes[at] = _spread(cells, stride, at, group_of, stack)
                _count_group(blocks[cells[at] - 1], sizes[at])
            at += 1


@inlined
def _spread(cells: Int8s, stride: int, at: int, group_of: Ints, stack: Ints) -> Any:
    """Number the group at ``at`` by its first cell; return its size."""
    colour = cells[at]
    group_of[at] = at
    stack[0] = at
    count = 1
    done = 0
    while done < count:
        here = stack[done]
        done += 1
        for there in (here + 1, here - 1, here + stride, here - stride):
            if cells[there] == colour and group_of[there] < 0:
                group_of[there] = at
                stack[count] = there
                count += 1
    return count


@inlined
def _count_group(block: Floats, size: int) -> None:
    """Note one group in its colour's block."""
    block[BUBBLES] += size
    if size == 1:
        block[SINGLES] += 1
    else:
        block[GROUPS] += 1
        block[AT_ONCE] += (size - 2) ** 2
        block[OF_2 + (size > 2) + (size > 4) + (size > 8)] += 1
    if size > block[LARGEST]:
        block[SECOND] = block[LARGEST]
        block[LARGEST] = size
    elif size > block[SECOND]:
        block[SECOND] = size


@inlined
def _count_cells(cells: Int8s, stride: int, used: int, blocks: Floats) -> None:
    """Note where each colour's bubbles are and what they touch."""
    for column in range(1, used + 1):
        base = column * stride
        top = base
        while cells[top] != 0:
            top += 1
        for at in range(base, top):
            colour = cells[at]
            if colour > 0:
                block = blocks[colour - 1]
                block[GROUND] += at == base
                block[TOP] += at == top - 1
                block[ABOVE] += top - 1 - at
                block[HEIGHTS] += at - base
                block[UPWARDS] += cells[at + 1] == colour
                block[SIDEWAYS] += cells[at + stride] == colour


@inlined
def _count_columns(cells: Int8s, stride: int, used: int, blocks: Floats) -> None:
    """Count the columns that hold each colour, those between them that do not, and the stretches."""
    last = np.zeros(len(blocks), np.int64)
    length = np.zeros(len(blocks), np.int64)  # how many bubbles the stretch has so far
    for column in range(1, used + 1):
        at = column * stride
        while cells[at] != 0:
            colour = cells[at] - 1
            at += 1
            if colour < 0:
                continue
            if last[colour] != column:
                if last[colour] != column - 1 or column == 1:
                    _count_stretch(blocks[colour], length[colour])
                    length[colour] = 0
                if last[colour] > 0:
                    blocks[colour, GAPS] += column - last[colour] - 1
                last[colour] = column
                blocks[colour, COLUMNS] += 1
            length[colour] += 1
    for colour in range(len(blocks)):
        _count_stretch(blocks[colour], length[colour])


@inlined
def _count_stretch(block: Floats, length: int) -> None:
    """Note one stretch in its colour's block; a length of 0 is none."""
    if length > 0:
        block[STRETCHES] += 1
        block[ALONE_IN_STRETCH] += length == 1
        block[LARGEST_STRETCH] = max(block[LARGEST_STRETCH], length)


@inlined
def _complete(blocks: Floats) -> None:
    """Add what follows from the counts."""
    for block in blocks:
        block[ALONE] = block[BUBBLES] == 1
        if block[BUBBLES] > 1:
            block[JOINED] = (block[BUBBLES] - 2) ** 2
        if block[LARGEST_STRETCH] > 1:
            block[OF_STRETCH] = (block[LARGEST_STRETCH] - 2) ** 2


@inlined
def _write_blocks(blocks: Floats, told: Floats) -> None:
    """Write the blocks one after the other, the largest first."""
    order = np.arange(len(blocks))
    for i in range(1, len(order)):
        j = i
        while j > 0 and _greater(blocks[order[j]], blocks[order[j - 1]]):
            order[j], order[j - 1] = order[j - 1], order[j]
            j -= 1
    for i in range(len(order)):
        told[i * blocks.shape[1] : (i + 1) * blocks.shape[1]] = blocks[order[i]]


@inlined
def _greater(one: Floats, other: Floats) -> Any:
    for i in range(len(one)):
        if one[i] != other[i]:
            return one[i] > other[i]
    return False


@inlined
def _count_whole(cells: Int8s, stride: int, used: int, blocks: Floats, told: Floats) -> None:
    """Write ``OF_THE_BOARD``."""
    told[:] = 0
    before = 0
    for column in range(1, used + 1):
        height = 0
        while cells[column * stride + height] != 0:
            height += 1
        if cells[column * stride] < 0:
            told[2] += 1
        told[9] = max(told[9], height)
        if column > 1:
            told[10] += abs(height - before)
        told[11] += height * height
        told[12] += height <= 2
        told[13] = height
        before = height
    told[1] = used
    for block in blocks:
        told[0] += block[BUBBLES]
        told[3] += block[GROUPS]
        told[4] += block[SINGLES]
        told[5] = max(told[5], block[LARGEST])
        told[6] += block[BUBBLES] > 0
        told[14] += block[REACH + 4]
        told[15] = max(told[15], block[REACH + 2])
        told[16] += block[REACH + 1]
        told[18] += block[ALONE_IN_STRETCH]
    told[7] = told[4] == 0
    told[8] = told[3] == 0
    told[17] = told[16] == 0
