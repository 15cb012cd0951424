"""Short texts side by side as a batch.

All arrays have time as the first axis: (steps, rows). A batch asks for each character's successor.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    mask: Floats
    """float32 (steps, rows): 1 where there is text, 0 where a shorter row was filled up."""


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
