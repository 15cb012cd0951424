"""A reader that guesses the region of a name: asked, saved, and found again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workshop.core.errors import WorkshopError
from workshop.teach import checkpoints
from workshop.teach.names.letters import UNKNOWN, alike
from workshop.teach.names.reader import Reader, Shape
from workshop.teach.names.regions import REGIONS
from workshop.teach.names.runs import counted

Scores = npt.NDArray[np.float64]


class Guesser:
    """The seven regions' scores, from a reader that may know nations besides.

    A nation of Europe speaks for Europe; all other nations are not asked.
    """

    def __init__(self, reader: Reader) -> None:
        """Take a reader, which knows which of its classes are nations of Europe."""
        self.reader = reader

    def merged(self, scores: npt.NDArray[Any]) -> Scores:
        """Return the regions' scores (n, 7) of a reader's scores (n, classes)."""
        found = np.asarray(scores[:, : len(REGIONS)], np.float64).copy()
        place = REGIONS.index("European")
        voices = np.asarray(scores, np.float64)[:, [place, *self.reader.shape.european]]
        found[:, place] = np.logaddexp.reduce(voices, axis=1)
        return found

    def scores(self, names: Sequence[str], size: int = 256) -> Scores:
        """Return the scores of romanised names before the softmax, (names, 7)."""
        found = np.zeros((len(names), len(REGIONS)))
        for places in alike(names, size):
            batch = self.reader.batch([names[place] for place in places])
            found[places] = self.merged(self.reader.answer(*batch))
        return found

    def covered(self, name: str) -> Scores:
        """Return the scores of a name with one letter covered at a time, (letters, 7)."""
        letters, mask, *_ = self.reader.batch([name] * len(name))
        places = np.arange(len(name))
        letters[places + 1, places] = UNKNOWN
        columns = self.reader.shape.columns
        gaps = [f"{name[:place]}?{name[place + 1 :]}" for place in places]
        counts = [counted(gaps, columns)] if columns else []
        return self.merged(self.reader.answer(letters, mask, *counts))

    def facts(self) -> dict[str, Any]:
        """Return what a file has to say so that it can be built again."""
        return self.reader.facts()

    def save(self, name: str, facts: Mapping[str, object]) -> Path:
        """Save it as a checkpoint of the participant's; return the file."""
        return checkpoints.save(name, self.reader.values(), {**facts, **self.facts()})


def rejoin(name: str) -> tuple[Guesser, dict[str, Any]]:
    """Return the guesser saved as ``name``, or the one that was shipped, and its facts.

    Raises WorkshopError when there is none, or when the checkpoint is of something else.
    """
    arrays, facts = checkpoints.rejoin(name)
    try:
        # A file from before the network could count says nothing about it, and the defaults hold.
        known = {field.name: facts[field.name] for field in fields(Shape) if field.name in facts}
        reader = Reader(Shape(**known))
        reader.take(arrays)
        return Guesser(reader), facts
    except (KeyError, TypeError, ValueError) as error:
        raise WorkshopError(f"{name} is not a network that reads names ({error}); train it again") from error
