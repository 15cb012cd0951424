"""Windows of GoogLeNet and Inception v3 at one price, recorded: three seeds of each.

GoogLeNet's module beside 3 × 3 alone and behind a bottleneck, and trained without each of its windows;
Inception's row and column beside the square: by the cells of the notebooks, their exercises solved. From a
checkout, in the environment theano::

    python -m workshop.teach.ablations.windows                           # all that is missing
    python -m workshop.teach.ablations.windows --again "thin/5 × 5" …    # these anew

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
SEEDS = (1, 2, 3)
STUDENT = {2: 12.706, 3: 4.303}
"""How many standard errors the 95 % interval around the mean of so many numbers reaches (Student's t)."""

MODULE = Path("2-imagenet/10-googlenet.ipynb")
MODULE_CELLS = ("parameters", "imports", "exercise-module", "kinds", "without")
WHOLE = "four windows"
MODULES = (
    WHOLE,
    "3 × 3, bottleneck",
    "5 × 5, bottleneck",
    "3 × 3 alone",
    "without 1 × 1",
    "without 3 × 3",
    "without 5 × 5",
    "without the largest",
)

THIN = Path("2-imagenet/20-inception-v3.ipynb")
THIN_CELLS = ("parameters", "imports", "exercise-pair", "kinds")
SQUARE = "5 × 5"
PAIRS = (SQUARE, "1 × 5, then 5 × 1", "3 × 3, then 1 × 1")


def recorded() -> dict[str, Piece]:
    """Return what was recorded, by piece."""
    return recordings.read(FILE)


def interval(numbers: Iterable[float]) -> tuple[float, float]:
    """Return the mean of two or three numbers, and half of the 95 % interval around it, by Student's t."""
    each = np.array(list(numbers))
    return float(each.mean()), float(STUDENT[len(each)] * each.std(ddof=1) / np.sqrt(len(each)))


def modules(pieces: Mapping[str, Piece]) -> list[str]:
    """Say how often each module is right, and by how much it is behind the four windows, seed by seed."""
    return _told(pieces, "module", MODULES)


def thin(pieces: Mapping[str, Piece]) -> list[str]:
    """Say how often the square, the pair and a pair that sees less are right, and by how much behind."""
    return _told(pieces, "thin", PAIRS)


def _told(pieces: Mapping[str, Piece], part: str, kinds: tuple[str, ...]) -> list[str]:
    first, *_ = kinds
    seeds = [seed for seed in SEEDS if all(f"{part}/{kind}/{seed}" in pieces for kind in kinds)]
    if len(seeds) < min(STUDENT):
        return [UNKNOWN]
    right = {
        kind: 100 * np.array([pieces[f"{part}/{kind}/{seed}"]["right"] for seed in seeds]) for kind in kinds
    }
    told = []
    for kind, shares in right.items():
        weights = pieces[f"{part}/{kind}/{seeds[0]}"]["weights"]
        line = f"{kind:20} {weights:,} weights: {shares.mean():.1f} of 100 right"
        if kind != first:
            behind, half = interval(right[first] - shares)
            line += f", {behind:.1f} ± {half:.1f} points behind {first}"
        told.append(line)
    kept = "all beginnings" if len(seeds) == len(SEEDS) else f"{len(seeds)} of {len(SEEDS)} beginnings"
    return [*told, f"recorded from {kept}; ± is a 95 % interval over seeds; {COMMAND} does it again"]


def jobs() -> dict[str, Callable[[], Piece]]:
    """Return all pieces in the order of their worth."""
    found: dict[str, Callable[[], Piece]] = {}
    for seed in SEEDS:
        found |= {f"module/{kind}/{seed}": partial(_module, kind, seed) for kind in MODULES}
        found |= {f"thin/{kind}/{seed}": partial(_thin, kind, seed) for kind in PAIRS}
    return found


def _module(kind: str, seed: int) -> Piece:
    names = recordings.play(MODULE, MODULE_CELLS, seed)
    if kind in names["KINDS"]:
        return _trained(names, names["KINDS"][kind], seed)
    parts = names["WITHOUT"][kind]
    return _trained(names, lambda net: names["L"].ConcatLayer(parts(net)), seed)


def _thin(kind: str, seed: int) -> Piece:
    names = recordings.play(THIN, THIN_CELLS, seed)
    return _trained(names, names["KINDS"][kind], seed)


def _trained(names: recordings.Names, layer: Callable[[object], object], seed: int) -> Piece:
    trial = names["Trial"](layer, seed).learn(names["fashion"], epochs=4)
    return {"right": round(trial.right(names["fashion"]), 4), "weights": int(trial.weights)}


if __name__ == "__main__":
    recordings.main("windows at one price", FILE, jobs())
