"""Train a network that reads names, and put it among those that come with the workshop.

    python -m workshop.teach.names.ship random --out SHIPPED/names-random.npz

As the lesson does it in its full profile; with fewer ``--epochs`` and ``--neighbours``, sooner and worse.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from workshop.teach import checkpoints
from workshop.teach.batches import warm_up_then_down
from workshop.teach.names import corpus, learning
from workshop.teach.names.guesser import Guesser
from workshop.teach.names.reader import Reader, Shape


def accuracy(guesser: Guesser, people: corpus.People) -> float:
    """Return the share of people whose region is guessed."""
    return float(np.mean(guesser.scores(people.names).argmax(axis=1) == people.labels))


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, write the file and say how good it is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("split", choices=corpus.SPLITS)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--most", type=int, default=corpus.ALL, help="people a region (%(default)s)")
    parser.add_argument("--neighbours", type=int, default=400, help="people a nation besides (%(default)s)")
    parser.add_argument("--units", type=int, default=Shape.units)
    parser.add_argument("--columns", type=int, default=2**17, help="for runs of letters (%(default)s)")
    parser.add_argument("--dropout", type=float, default=Shape.dropout)
    parser.add_argument("--rate", type=float, default=0.005)
    given = parser.parse_args(arguments)

    known, other, unseen = corpus.load(given.split, most=given.most)
    taught = learning.with_neighbours(known, *corpus.neighbours(given.split, most=given.neighbours))
    shape = Shape(
        taught.classes, units=given.units, dropout=given.dropout, columns=given.columns,
        european=list(taught.european),
    )  # fmt: skip
    reader = Reader(shape)
    guesser = Guesser(reader)
    history = learning.train(
        reader,
        taught,
        epochs=given.epochs,
        rate=warm_up_then_down(given.rate, 0.1),
        check=lambda: 1 - accuracy(guesser, other),
        title=given.split,
    )
    facts = {
        "accuracy": round(accuracy(guesser, unseen), 4),
        "cpu_seconds": round(history.cpu_seconds, 1),
        "epochs": given.epochs,
        **guesser.facts(),
    }
    checkpoints.write(given.out, checkpoints.halved(reader.values()), facts)
    print(f"{given.out}: {checkpoints.describe(facts)}")


if __name__ == "__main__":
    main()
