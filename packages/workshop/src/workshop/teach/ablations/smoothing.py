"""A network of the lesson *Inception v3*, trained with smoothed labels and with hard ones, and recorded.

By the cells of the notebook, their exercises solved. From a checkout, in the environment theano::

    python -m workshop.teach.ablations.smoothing                       # all that is missing
    python -m workshop.teach.ablations.smoothing --again smoothed/1 …  # these anew

What is recorded lies in ``smoothing.json`` beside this file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import numpy as np

from workshop.teach import recordings
from workshop.teach.ablations.windows import STUDENT, interval
from workshop.teach.recordings import Piece

FILE = Path(__file__).with_name("smoothing.json")
COMMAND = "python -m workshop.teach.ablations.smoothing"
UNKNOWN = f"not recorded yet; {COMMAND} does it, in a checkout"
NOTEBOOK = Path("2-imagenet/20-inception-v3.ipynb")
CELLS = ("parameters", "imports", "exercise-pair", "kinds", "exercise-smooth", "smoothed")
EPOCHS = 4
"""How often the training pictures are seen, as in the lesson."""
KINDS = ("hard", "smoothed")
SEEDS = (1, 2, 3)


def recorded() -> dict[str, Piece]:
    """Return what was recorded, by piece."""
    return recordings.read(FILE)


def lines(pieces: Mapping[str, Piece]) -> list[str]:
    """Say how sure and how often right each network is, and what smoothing changes, seed by seed."""
    seeds = [seed for seed in SEEDS if all(f"{kind}/{seed}" in pieces for kind in KINDS)]
    if len(seeds) < min(STUDENT):
        return [UNKNOWN]
    told, right = [f"recorded, {len(seeds)} seeds:"], {}
    for kind in KINDS:
        right[kind], sure = (
            100 * np.array([pieces[f"{kind}/{seed}"][what] for seed in seeds]) for what in ("right", "sure")
        )
        told.append(
            f"{kind:9} sure of {sure.mean():.1f}, right {right[kind].mean():.1f} of 100: "
            f"too sure by {(sure - right[kind]).mean():+.1f} points"
        )
    more, half = interval(right["smoothed"] - right["hard"])
    return [*told, f"smoothed less hard, right: {more:+.1f} ± {half:.1f} points"]


def jobs() -> dict[str, Callable[[], Piece]]:
    """Return all pieces in the order of their worth."""
    return {f"{kind}/{seed}": partial(_trained, kind, seed) for seed in SEEDS for kind in KINDS}


def _trained(kind: str, seed: int) -> Piece:
    names = recordings.play(NOTEBOOK, CELLS, seed)
    how = {"loss": names["of_a_tenth"]} if kind == "smoothed" else {}
    trial = names["Trial"](names["KINDS"]["5 × 5"], seed, **how).learn(names["fashion"], epochs=EPOCHS)
    chances = trial.chances(names["fashion"].test_images)
    right = chances.argmax(axis=1) == names["fashion"].test_labels
    return {"right": round(float(right.mean()), 4), "sure": round(float(chances.max(axis=1).mean()), 4)}


if __name__ == "__main__":
    recordings.main("networks with smoothed labels and without", FILE, jobs())
