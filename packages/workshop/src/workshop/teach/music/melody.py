"""A melody as somebody writes it down: names of notes with their octaves."""

from __future__ import annotations

import re

from workshop.core.errors import WorkshopError

_NOTE = re.compile(r"([A-Ga-g])([#b]?)(\d)")
_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
LOWEST, HIGHEST = 55, 86
"""What a soprano of the lesson sings, and a little more."""


def pitches(text: str) -> list[int]:
    """Return the MIDI numbers of notes such as ``C5 F#5 Bb4``, a note a beat; C4 is 60, the C in the middle.

    Raises WorkshopError for what is not a note, or none that a soprano sings.
    """
    found = []
    for name in text.split():
        note = _NOTE.fullmatch(name)
        if note is None:
            raise WorkshopError(
                f"{name} is not a note here; write a letter from A to G, # or b, and an octave: F#5"
            )
        letter, sign, octave = note.groups()
        found.append(12 * (int(octave) + 1) + _STEPS[letter.upper()] + {"#": 1, "b": -1, "": 0}[sign])
        if not LOWEST <= found[-1] <= HIGHEST:
            raise WorkshopError(f"{name} is not for a soprano; stay between G3 and D6")
    if not found:
        raise WorkshopError("the melody has no notes; write some, such as C5 D5 E5")
    return found
