"""What a network gains by reading, by counting besides, and by neighbours: recorded, one change at a time.

Each network learns from the same people of the split by families, and as often, as in the lesson *Where is a
name from?*, from three seeds. That takes longer than the lesson. In its environment, from a checkout::

    python -m workshop.teach.names.ablation                  # all that is missing
    python -m workshop.teach.names.ablation --again deep     # these anew

Each piece is written into ``ablation.json`` beside this file as soon as it is done.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from workshop.teach import recordings
from workshop.teach.names import corpus, learning, ngrams
from workshop.teach.names.guesser import Guesser
from workshop.teach.names.intervals import Interval, of_mean
from workshop.teach.names.reader import Reader, Shape
from workshop.teach.recordings import Jobs, Piece

FILE = Path(__file__).with_name("ablation.json")
SEEDS = (1, 2, 3)
COUNTING, FEWER = "counting", "counting, by chance, as many people"
NETWORKS = {
    "deep": "reads",
    "wide and deep": "reads and counts",
    "with neighbours": "reads, counts, knows neighbours",
}
"""What is recorded of networks, each with one thing more than the one before, for people."""
EPOCHS, COLUMNS, NEIGHBOURS = 3, 2**17, 400


def recorded() -> dict[str, Piece]:
    """Return what was recorded, by piece."""
    return recordings.read(FILE)


def shares(pieces: Mapping[str, Piece]) -> dict[str, list[float]]:
    """Return the share of right answers of each kind, one a seed that was recorded."""
    found = {NETWORKS[kind]: [f"{kind}/{seed}" for seed in SEEDS] for kind in NETWORKS}
    rows = {FEWER: [FEWER], COUNTING: [COUNTING]} | found
    return {
        name: [pieces[run]["right"] for run in runs if run in pieces]
        for name, runs in rows.items()
        if runs[0] in pieces
    }


def gain(pieces: Mapping[str, Piece], kind: str, families: Sequence[Hashable]) -> Interval:
    """Return how much better a kind of network is than counting, name by name, the mean of its seeds.

    ``families`` of the test set's names; whole ones are drawn for the interval.
    """
    runs = [pieces[name] for seed in SEEDS if (name := f"{kind}/{seed}") in pieces]
    wrong = np.mean([_marked(run, len(families)) for run in runs], axis=0)
    return of_mean(_marked(pieces[COUNTING], len(families)) - wrong, families)


def _marked(piece: Piece, many: int) -> npt.NDArray[np.float64]:
    """Return 1 where a name was answered wrongly, (many,)."""
    marks = np.zeros(many)
    marks[piece["wrong"]] = 1
    return marks


def _judged(people: corpus.People, answers: npt.NDArray[np.int64]) -> Piece:
    wrong = np.flatnonzero(answers != people.labels)
    return {"right": round(1 - len(wrong) / len(people.names), 4), "wrong": wrong.tolist()}


def count(split: str) -> Piece:
    """Count runs of letters; on the random split in as many people as that by families has."""
    known, _, unseen = corpus.load(split)
    many = len(corpus.load("families").train.names)
    people = corpus.People(known.names[:many], known.labels[:many])  # they are shuffled
    return _judged(unseen, ngrams.learn(people).predict(unseen.names))


def learn(kind: str, seed: int) -> Piece:
    """Teach one network."""
    known, _, unseen = corpus.load("families")
    taught = learning.fair(known)
    if kind == "with neighbours":
        taught = learning.with_neighbours(known, *corpus.neighbours("families", most=NEIGHBOURS))
    columns = 0 if kind == "deep" else COLUMNS
    reader = Reader(Shape(taught.classes, columns=columns, european=list(taught.european)), seed=seed)
    learning.train(reader, taught, epochs=EPOCHS, seed=seed, title=kind)
    return _judged(unseen, Guesser(reader).scores(unseen.names).argmax(axis=1))


def jobs() -> Jobs:
    """Return all pieces, each as what makes it."""
    counted = {COUNTING: partial(count, "families"), FEWER: partial(count, "random")}
    learnt = {f"{kind}/{seed}": partial(learn, kind, seed) for seed in SEEDS for kind in NETWORKS}
    return counted | learnt


if __name__ == "__main__":
    recordings.main("what reading, counting and neighbours bring", FILE, jobs())
