"""Names as numbers, in batches of names of about the same length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from workshop.core.errors import WorkshopError
from workshop.teach.names.romanise import ALPHABET

Letters = npt.NDArray[np.int32]
Mask = npt.NDArray[np.float32]

EDGE, UNKNOWN = len(ALPHABET), len(ALPHABET) + 1
"""What stands before and after each name, and for a letter that is covered."""
CODES = len(ALPHABET) + 2
"""So many different numbers there are."""

_NUMBER = {letter: number for number, letter in enumerate(ALPHABET)}


def encode(name: str) -> list[int]:
    """Return the numbers of a romanised name, with its edges. Raises WorkshopError for another letter."""
    try:
        return [EDGE, *(_NUMBER[letter] for letter in name), EDGE]
    except KeyError as error:
        raise WorkshopError(f"{name!r} is not romanised: it has {error}; use romanise() first") from error


def padded(names: Sequence[str]) -> tuple[Letters, Mask]:
    """Set names side by side: letters int32 and mask float32, both (steps, names).

    Shorter names are filled up with ``EDGE``, where the mask is 0.
    """
    rows = [encode(name) for name in names]
    steps = max(map(len, rows))
    letters = np.full((steps, len(rows)), EDGE, np.int32)
    mask = np.zeros((steps, len(rows)), np.float32)
    for number, row in enumerate(rows):
        letters[: len(row), number] = row
        mask[: len(row), number] = 1
    return letters, mask


def alike(names: Sequence[str], size: int, rng: np.random.Generator | None = None) -> Iterator[Letters]:
    """Yield the places of all names, ``size`` at a time, each batch of about one length.

    With ``rng`` the batches come in a random order and are others each time; else by length.
    """
    lengths = np.array([len(name) for name in names], dtype=np.float64)
    if rng is not None:
        lengths += rng.uniform(0, 3, len(names))
    order = np.argsort(lengths, kind="stable").astype(np.int32)
    batches = [order[start : start + size] for start in range(0, len(order), size)]
    if rng is not None:
        rng.shuffle(batches)
    yield from batches
