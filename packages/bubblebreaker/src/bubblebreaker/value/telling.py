"""Ways to tell a network of a board: colour by colour, or so that it matters less which colour is which.

Renaming the colours changes nothing about the game. ``TOLD`` has the ways that the experiments of
``comparing`` lay side by side: three tell what each cell holds, two tell numbers about each colour.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bubblebreaker.cells import Int8s
from bubblebreaker.value.features import Floats, describe


def renamed(boards: Int8s, orders: Int8s) -> Int8s:
    """Return boards (n, rows, columns) on which colour c has become ``orders[i, c - 1]``; 0 and -1 stay."""
    count = len(orders)
    names = np.concatenate([np.zeros((count, 1), np.int8), orders, np.full((count, 1), -1, np.int8)], axis=1)
    # Grey is -1, and as an index the last name: itself.
    changed: Int8s = names[np.arange(count)[:, np.newaxis, np.newaxis], boards]
    return changed


def from_bottom_right(boards: Int8s, colours: int) -> Int8s:
    """Rename each board's colours by the order in which one meets them.

    One walks from the bottom right: along the lowest row to the left, then along the row above it. The first
    colour is 1, the next new one 2. Boards that differ in the names of colours alone become the same board.
    """
    walk = boards[:, ::-1, ::-1].reshape(len(boards), -1)
    first = np.stack([_first(walk == colour) for colour in range(1, colours + 1)], axis=1)
    ranks = first.argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
    return renamed(boards, (ranks + 1).astype(np.int8))


def _first(
    found: np.ndarray[tuple[int, int], np.dtype[np.bool_]],
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return where each row has its first True, (n,); its length where it has none."""
    return np.where(found.any(axis=1), found.argmax(axis=1), found.shape[1])


def cell_by_cell(boards: Int8s, colours: int) -> Floats:
    """Return what each cell holds, float32 (n, cells · (colours + 1)): 1 for its colour, or for grey."""
    kinds = np.array([*range(1, colours + 1), -1], np.int8)
    told: Floats = (boards[..., np.newaxis] == kinds).reshape(len(boards), -1).astype(np.float32)
    return told


def by_chance(boards: Int8s, colours: int, rng: np.random.Generator) -> Int8s:
    """Rename the colours of each board at random."""
    return renamed(boards, rng.random((len(boards), colours)).argsort(axis=1).astype(np.int8) + np.int8(1))


TOLD: dict[str, Callable[[Int8s, int], Floats]] = {
    "cells": cell_by_cell,
    "cells, all renamings": cell_by_cell,  # while it learns, each board has colours by chance
    "cells, from the bottom right": lambda boards, colours: cell_by_cell(
        from_bottom_right(boards, colours), colours
    ),
    "numbers, as they come": lambda boards, colours: describe(boards, colours, by_frequency=False),
    "numbers, sorted": describe,
}
"""From boards and the number of colours to what the network is told, float32 (n, width)."""

ANY_NAMES = "cells, all renamings"
"""The way that is told each board under other names each time."""
