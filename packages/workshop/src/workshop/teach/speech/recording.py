"""The lesson's network with data augmentation and without, recorded: three seeds, in pairs.

It runs the cells of the notebook themselves, their exercises solved. Both networks of a pair have the same
voices, minibatches, first weights and steps; the one without augmentation gets each word as it was spoken.
From a checkout, in the environment theano::

    python -m workshop.teach.speech.recording                   # all that is missing
    python -m workshop.teach.speech.recording --again plain …   # these anew

``PEOPLE=FOLDER`` before it, the recordings of the Free Spoken Digit Dataset, judges with these people, too.
What is recorded lies in ``recorded.json`` beside this file.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from workshop.errors import WorkshopError
from workshop.teach import recordings
from workshop.teach.recordings import Names, Piece

COMMAND = "python -m workshop.teach.speech.recording"
UNKNOWN = f"not recorded yet; {COMMAND} does it, in a checkout"
FILE = Path(__file__).with_name("recorded.json")
NOTEBOOK = Path("1-mnist/50-say-a-digit.ipynb")
CELLS = (
    "parameters",
    "imports",
    "wave",
    "exercise-frames",
    "power",
    "bank",
    "exercise-log-mel",
    "all-pictures",
    "exercise-unseen",
    "split",
    "exercise-hide",
    "build",
    "train",
    "people",
    "folder",
)
"""The cells that every piece runs, in their order."""
SEEDS = (1, 2, 3)
KINDS = ("varied", "plain")
"""The two networks of a pair: with augmentation, and without."""
JUDGED = {
    "known": "other words, known voices",
    "unseen": "unseen voices",
    "person": "ten words, one person",
    "people": "3,000 words, six people",
}
"""On what the networks of a pair are judged, in words."""


def recorded() -> dict[str, Piece]:
    """Return what was recorded, by piece."""
    return recordings.read(FILE)


def pairs(pieces: Mapping[str, Piece], measure: str) -> dict[int, tuple[float, float]]:
    """Return the share that is right with augmentation and without, by seed; only whole pairs."""
    found = {}
    for seed in SEEDS:
        varied, plain = (pieces.get(f"{kind}/{seed}", {}) for kind in KINDS)
        if measure in varied and measure in plain:
            found[seed] = (varied[measure], plain[measure])
    return found


def lines(pieces: Mapping[str, Piece]) -> list[str]:
    """Say what the networks of each pair get right, as a table, and what lies between the two."""
    told = []
    for measure, words in JUDGED.items():
        if found := pairs(pieces, measure):
            cells = [
                f"{100 * one:5.1f} {100 * other:5.1f} ({100 * (one - other):+5.1f})"
                for one, other in found.values()
            ]
            told.append(f"{words:27}" + "   ".join(cells))
    if not told:
        return [UNKNOWN]
    seeds = pairs(pieces, "unseen")
    head = f"{'% right: with, without':27}" + "   ".join(f"{f'seed {seed}':19}" for seed in seeds).rstrip()
    return [head, *told, f"recorded {recordings.days(pieces)}; {COMMAND} does it again"]


def jobs() -> dict[str, Callable[[], Piece]]:
    """Return all pieces, each as what makes it."""
    return {f"{kind}/{seed}": partial(_judged, seed, kind) for seed in SEEDS for kind in KINDS}


def _judged(seed: int, kind: str) -> Piece:
    """Train the lesson's network as the lesson does, and judge it as the lesson does."""
    after = {"parameters": _ask_people}
    if kind == "plain":
        after["split"] = _leave_as_spoken
    names = recordings.play(NOTEBOOK, CELLS, seed, after=after)
    if names["clips"].who != "a person":
        raise WorkshopError(
            "the recordings of a person are not here; run 'workshop data fetch recorded-digits'"
        )
    shares = {
        "known": names["reached"]["known voices"],
        "unseen": names["reached"]["unseen voices"],
        "person": names["understood"] / len(names["clips"].sounds),
    }
    if names["people_accuracy"] is not None:
        shares["people"] = names["people_accuracy"]
    return {name: round(float(share), 4) for name, share in shares.items()} | {"steps": names["STEPS"]}


def _ask_people(names: Names) -> None:
    names["PEOPLE"] = os.environ.get("PEOPLE", "")


def _leave_as_spoken(names: Names) -> None:
    """Let words stay as they are, while as much is drawn by chance, so that the minibatches are the same."""
    plain, varied = names["learn"].plain(), names["learn"].varied

    def as_spoken(rows: Any, rng: Any, **other: Any) -> Any:
        varied(rows, rng, **other)
        return plain[rows]

    names["learn"].varied = as_spoken


if __name__ == "__main__":
    recordings.main("the lesson on speech, with data augmentation and without", FILE, jobs())
