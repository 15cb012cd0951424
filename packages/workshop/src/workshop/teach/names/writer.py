"""A likelihood model of names: p(next letter | letters before, region)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workshop.core.errors import WorkshopError
from workshop.teach import checkpoints
from workshop.teach.charmodel.alphabet import Alphabet
from workshop.teach.charmodel.network import Form, Network
from workshop.teach.charmodel.streams import Batch, padded
from workshop.teach.charmodel.writing import write
from workshop.teach.names.corpus import People
from workshop.teach.names.letters import alike
from workshop.teach.names.regions import REGIONS
from workshop.teach.names.romanise import ALPHABET

EDGE = "\n"
"""Begins a name and ends it."""
LONGEST = 40
"""No name that is written has more letters."""


class Writer:
    """A recurrent network that writes names, told which region they should be from."""

    def __init__(self, units: int = 160, seed: int = 1) -> None:
        """Begin with a network that has learnt nothing."""
        self.alphabet = Alphabet(EDGE + ALPHABET)
        form = Form(len(self.alphabet), units=units, conditions=len(REGIONS))
        self.network = Network(form, seed=seed)

    def batch(self, people: People, places: Sequence[int] | npt.NDArray[np.int32]) -> Batch:
        """Return some people's names side by side: what is read, and which letters come next."""
        return padded([people.names[place] for place in places], self.alphabet, start=EDGE, end=EDGE)

    def nats(self, people: People, size: int = 256) -> float:
        """Return the mean of −ln p of a letter; that a name is over counts as one."""
        total, count = 0.0, 0
        for places in alike(people.names, size):
            batch = self.batch(people, places)
            nats, _ = self.network.nats(batch, condition=people.labels[places])
            total, count = (
                total + float(nats.sum()),
                count + sum(len(people.names[place]) + 1 for place in places),
            )
        return total / count

    def invent(self, labels: Sequence[int], temperature: float = 1.0, seed: int = 1) -> list[str]:
        """Write one name for each region's label; the same seed, the same names."""
        condition = np.asarray(labels, np.int32)
        return write(
            self.network, self.alphabet, EDGE, LONGEST, end=EDGE, rows=len(condition),
            temperature=temperature, seed=seed, condition=condition,
        )  # fmt: skip

    def save(self, name: str, facts: Mapping[str, object]) -> Path:
        """Save it as a checkpoint of the participant's; return the file."""
        known = {"units": self.network.form.units, "writes": self.alphabet.characters}
        return checkpoints.save(name, self.network.values(), {**facts, **known})


def rejoin(name: str) -> tuple[Writer, dict[str, Any]]:
    """Return the writer saved as ``name``, or the one that was shipped, and its facts.

    Raises WorkshopError when there is none, or when the checkpoint is of something else.
    """
    arrays, facts = checkpoints.rejoin(name)
    try:
        writer = Writer(units=facts["units"])
        if facts["writes"] != writer.alphabet.characters:
            raise ValueError(f"it writes {facts['writes']!r}")
        writer.network.take(arrays)
    except (KeyError, TypeError, ValueError) as error:
        raise WorkshopError(f"{name} is not a network that writes names ({error}); train it again") from error
    return writer, facts
