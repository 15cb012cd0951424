"""GoogLeNet's module, with and without each of its windows, at one price, recorded: five seeds of each.

By the cells of the notebook, their exercises solved. From a checkout, in the environment theano::

    python -m workshop.teach.ablations.windows                             # all that is missing
    python -m workshop.teach.ablations.windows --again "without 5 × 5" …   # these anew

What is recorded lies in ``windows.json`` beside this file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

import numpy as np

from workshop.teach import recordings
from workshop.teach.recordings import Piece

FILE = Path(__file__).with_name("windows.json")
COMMAND = "python -m workshop.teach.ablations.windows"
UNKNOWN = f"not recorded yet; {COMMAND} does it, in a checkout"
SEEDS = (1, 2, 3, 4, 5)
STUDENT = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776}
"""How many standard errors the 95 % interval around the mean of so many numbers reaches (Student's t)."""

NOTEBOOK = Path("2-imagenet/10-googlenet.ipynb")
CELLS = ("parameters", "imports", "exercise-module", "kinds", "without")
WHOLE = "four windows"
KINDS = (
    WHOLE,
    "3 × 3 alone",
    "3 × 3, bottleneck",
    "without 1 × 1",
    "without 3 × 3",
    "without 5 × 5",
    "without the largest",
    "5 × 5, bottleneck",
)


def recorded() -> dict[str, Piece]:
    """Return what was recorded, by piece."""
    return recordings.read(FILE)


def interval(numbers: Iterable[float]) -> tuple[float, float]:
    """Return the mean of two to five numbers, and half of the 95 % interval around it, by Student's t."""
    each = np.array(list(numbers))
    return float(each.mean()), float(STUDENT[len(each)] * each.std(ddof=1) / np.sqrt(len(each)))


def lines(pieces: Mapping[str, Piece]) -> list[str]:
    """Say how often each module is right, and by how much it is behind the four windows, seed by seed."""
    seeds = [seed for seed in SEEDS if all(f"{kind}/{seed}" in pieces for kind in KINDS)]
    if len(seeds) < min(STUDENT):
        return [UNKNOWN]
    right = {kind: 100 * np.array([pieces[f"{kind}/{seed}"]["right"] for seed in seeds]) for kind in KINDS}
    told = []
    for kind, shares in right.items():
        weights = pieces[f"{kind}/{seeds[0]}"]["weights"]
        line = f"{kind:20} {weights:,} weights: {shares.mean():.1f} of 100 right"
        if kind != WHOLE:
            behind, half = interval(right[WHOLE] - shares)
            line += f", {behind:+.1f} ± {half:.1f} points behind ({_each(right[WHOLE] - shares)})"
        told.append(line)
    kept = "" if len(seeds) == len(SEEDS) else f"; {len(seeds)} of {len(SEEDS)} seeds"
    return [*told, f"± is a 95 % interval over the seeds in brackets{kept}; {COMMAND} does it again"]


def _each(numbers: Iterable[float]) -> str:
    return ", ".join(f"{number:+.1f}" for number in numbers)


def jobs() -> dict[str, Callable[[], Piece]]:
    """Return all pieces in the order of their worth."""
    return {f"{kind}/{seed}": partial(_trained, kind, seed) for seed in SEEDS for kind in KINDS}


def _trained(kind: str, seed: int) -> Piece:
    names = recordings.play(NOTEBOOK, CELLS, seed)

    def layer(net: object) -> object:
        if kind in names["KINDS"]:
            return names["KINDS"][kind](net)
        return names["L"].ConcatLayer(names["WITHOUT"][kind](net))

    trial = names["Trial"](layer, seed).learn(names["fashion"], epochs=4)
    return {"right": round(trial.right(names["fashion"]), 4), "weights": int(trial.weights)}


if __name__ == "__main__":
    recordings.main("GoogLeNet's module without its windows", FILE, jobs())
