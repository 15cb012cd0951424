"""Teaching a reader, and asking it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from workshop.teach.batches import Schedule, warm_up_then_down
from workshop.teach.names.corpus import People
from workshop.teach.names.letters import UNKNOWN, alike, padded
from workshop.teach.names.reader import Reader
from workshop.teach.training import Follower, History


def weights_of(people: People) -> npt.NDArray[np.float32]:
    """Return a weight for each person, so that all regions weigh the same and the mean is 1."""
    counts = np.bincount(people.labels)
    present = counts > 0
    share = np.divide(len(people.labels), counts * present.sum(), where=present, out=np.zeros(len(counts)))
    weights: npt.NDArray[np.float32] = share[people.labels].astype(np.float32)
    return weights


def train(
    reader: Reader,
    people: People,
    *,
    epochs: int,
    size: int = 64,
    rate: Schedule | None = None,
    seed: int = 1,
    check: Callable[[], float] | None = None,
    title: str = "reading names",
) -> History:
    """Go ``epochs`` times through ``people`` in batches of ``size`` names of about one length.

    ``check`` is asked after each epoch for the share of wrong answers on other names.
    """
    rate = warm_up_then_down(0.004) if rate is None else rate
    weights, rng = weights_of(people), np.random.default_rng(seed)
    steps = epochs * -(-len(people.names) // size)
    follower = Follower(title, steps)
    with follower:
        for _ in range(epochs):
            for places in alike(people.names, size, rng):
                letters, mask = padded([people.names[place] for place in places])
                speed = rate(len(follower.history.losses), steps)
                labels, weight = people.labels[places], weights[places]
                follower.step(reader.learn(letters, mask, labels, weight, speed))
            if check is not None:
                follower.epoch(check())
    return follower.history


def scores(reader: Reader, names: Sequence[str], size: int = 256) -> npt.NDArray[np.float32]:
    """Return the scores before the softmax, (names, classes)."""
    found = np.zeros((len(names), reader.shape.classes), np.float32)
    for places in alike(names, size):
        found[places] = reader.answer(*padded([names[place] for place in places]))
    return found


def covered(reader: Reader, name: str) -> npt.NDArray[np.float32]:
    """Return the scores of a name with one letter covered at a time, (letters, classes)."""
    letters, mask = padded([name] * len(name))
    places = np.arange(len(name))
    letters[places + 1, places] = UNKNOWN
    return reader.answer(letters, mask)
