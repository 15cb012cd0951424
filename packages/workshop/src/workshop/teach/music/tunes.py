"""Pieces to learn from and pieces to be tested with: no tune is on both sides.

A hymn tune was set many times, often in other keys. Who has learnt one setting is not asked about an unseen
piece when the other setting comes: the tune is known, and much of the harmony with it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workshop.core.errors import WorkshopError
from workshop.teach.music.musicxml import Score

MOVES = 16
"""So many moves of the soprano tell a tune: two phrases or three."""


def tune(score: Score) -> tuple[int, ...]:
    """Return the soprano's first moves, in semitones: the same in all keys, however long notes are held."""
    line = np.asarray(score)[:, 0]
    moves = np.diff(line[line > 0])
    return tuple(int(move) for move in moves[moves != 0][:MOVES])


def apart(scores: Sequence[Score], unseen: int) -> tuple[list[Score], list[Score]]:
    """Return the pieces to learn from, and the last ``unseen``; a tune of those is not learnt from.

    Raises WorkshopError when no piece is left to learn from.
    """
    rest, asked = list(scores[: len(scores) - unseen]), list(scores[len(scores) - unseen :])
    known = {tune(score) for score in asked}
    learnt = [score for score in rest if tune(score) not in known]
    if not learnt:
        raise WorkshopError(
            f"too few pieces ({len(scores)}) to learn from and to test with; add pieces with other tunes"
        )
    return learnt, asked
