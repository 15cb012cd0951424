"""A long text as numbers, in little memory."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workshop.teach.charmodel.alphabet import Alphabet

PIECE = 100_000
"""Characters that are encoded at once: on the way each takes some thirty bytes."""


def numbers_of(text: str, alphabet: Alphabet) -> npt.NDArray[np.uint8]:
    """Return the numbers of a text's characters, a byte each, for an alphabet of at most 256.

    >>> numbers_of("cab", Alphabet("abc")).tolist()
    [2, 0, 1]
    """
    if len(alphabet) > 256:
        raise ValueError("a byte holds one of 256 characters")
    pieces = [alphabet.encode(text[first : first + PIECE]) for first in range(0, len(text), PIECE)]
    return np.concatenate([np.zeros(0, np.uint8), *(piece.astype(np.uint8) for piece in pieces)])
