"""Teaching a reader, with neighbours besides the regions' people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workshop.teach.batches import Schedule, warm_up_then_down
from workshop.teach.names.corpus import People
from workshop.teach.names.letters import alike
from workshop.teach.names.reader import Reader
from workshop.teach.names.regions import REGION_OF, REGIONS
from workshop.teach.training import Follower, History

Weights = npt.NDArray[np.float32]


class Lessons(NamedTuple):
    """What a reader learns from."""

    people: People
    weights: Weights
    """float32 (n,): how much each counts; the mean is 1."""
    european: tuple[int, ...] = ()
    """The labels that are nations of Europe, beside the region's own."""

    @property
    def classes(self) -> int:
        """How many labels there are."""
        return int(self.people.labels.max()) + 1


def fair(people: People) -> Lessons:
    """Let all labels count the same, however many people have them."""
    counts = np.bincount(people.labels)
    present = counts > 0
    share = np.divide(len(people.labels), counts * present.sum(), where=present, out=np.zeros(len(counts)))
    return Lessons(people, share[people.labels].astype(np.float32))


def with_neighbours(
    people: People, nations: Sequence[str], neighbours: People, share: float = 1 / 3
) -> Lessons:
    """Add people of other nations, who have the share ``share`` of all weight.

    Their labels come after the regions'. Whoever learns to tell an Indonesian's name from a Korean's has
    learnt something about Malaysia and China, where there are fewer names to learn from.
    """
    own = fair(people)
    labels = np.concatenate([people.labels, neighbours.labels + len(REGIONS)]).astype(np.int32)
    many = len(labels)
    weights = np.concatenate(
        [
            own.weights * ((1 - share) * many / len(people.labels)),
            np.full(len(neighbours.labels), share * many / len(neighbours.labels)),
        ]
    ).astype(np.float32)
    european = [
        len(REGIONS) + place for place, nation in enumerate(nations) if REGION_OF.get(nation) == "European"
    ]
    return Lessons(People(people.names + neighbours.names, labels), weights, tuple(european))


def train(
    reader: Reader,
    lessons: Lessons,
    *,
    epochs: int,
    size: int = 128,
    rate: Schedule | None = None,
    seed: int = 1,
    check: Callable[[], float] | None = None,
    title: str = "reading names",
) -> History:
    """Go ``epochs`` times through all people in batches of ``size`` names of about one length.

    ``check`` is asked after each epoch for the share of wrong answers on other names.
    """
    rate = warm_up_then_down(0.005, 0.1) if rate is None else rate
    (names, labels), weights, _ = lessons
    rng, steps = np.random.default_rng(seed), epochs * -(-len(names) // size)
    follower = Follower(title, steps)
    with follower:
        for _ in range(epochs):
            for places in alike(names, size, rng):
                letters, mask, *counts = reader.batch([names[place] for place in places])
                speed = rate(len(follower.history.losses), steps)
                loss = reader.learn(letters, mask, labels[places], weights[places], speed, *counts)
                follower.step(loss)
            if check is not None:
                follower.epoch(check())
    reader.rest()
    return follower.history
