"""Text as batches: one long text read at many places at once, or many short ones side by side.

All arrays have time as the first axis: (steps, rows). A batch asks for each character's successor.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workshop.teach.charmodel.alphabet import Alphabet, Ids

Floats = npt.NDArray[np.float32]


class Batch(NamedTuple):
    """What the network reads, and what it should have said."""

    read: Ids
    """int32 (steps, rows)."""
    wanted: Ids
    """int32 (steps, rows): at each step the character that comes next."""
    mask: Floats | None = None
    """float32 (steps, rows): 1 where there is text, 0 where a shorter row was filled up; None: all 1."""


def windows(ids: Ids, rows: int, steps: int, *, start: int = 0) -> Iterator[Batch]:
    """Read one text once through, at ``rows`` places at once, ``steps`` characters at a time.

    Row r of each batch goes on where row r of the batch before ended, so the network's state can be
    carried from batch to batch. The last batch may have fewer steps; fewer than ``rows`` characters at
    the text's end may go unread. ``start`` turns the text like a wheel, so that another reading begins
    elsewhere.

    >>> text = np.arange(7, dtype=np.int32)
    >>> [batch.read.T.tolist() for batch in windows(text, rows=2, steps=2)]
    [[[0, 1], [3, 4]], [[2], [5]]]
    """
    length = (len(ids) - 1) // rows
    if length < 1:
        raise ValueError(f"a text of {len(ids)} characters cannot be read at {rows} places")
    turned = np.concatenate([ids[start:], ids[:start]]) if start else ids
    read = turned[: rows * length].reshape(rows, length).T
    wanted = turned[1 : rows * length + 1].reshape(rows, length).T
    for first in range(0, length, steps):
        part = slice(first, first + steps)
        yield Batch(np.ascontiguousarray(read[part]), np.ascontiguousarray(wanted[part]))


def padded(texts: Sequence[str], alphabet: Alphabet, *, start: str = "\n", end: str = "\n") -> Batch:
    """Set short texts side by side, filled up to the longest: read from ``start``, to be ended by ``end``.

    >>> padded(["ab", "c"], Alphabet("\\nabc")).wanted.T.tolist()
    [[1, 2, 0], [3, 0, 0]]
    """
    rows = [alphabet.encode(start + text + end) for text in texts]
    steps = max(map(len, rows)) - 1
    read, wanted = np.zeros((2, steps, len(rows)), np.int32)
    mask = np.zeros((steps, len(rows)), np.float32)
    for number, row in enumerate(rows):
        read[: len(row) - 1, number] = row[:-1]
        wanted[: len(row) - 1, number] = row[1:]
        mask[: len(row) - 1, number] = 1
    return Batch(read, wanted, mask)
