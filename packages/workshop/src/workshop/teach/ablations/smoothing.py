"""A network of the lesson *Inception v3*, trained with smoothed labels and with hard ones, and recorded.

Once as in the lesson, and once until it knows its pictures by heart: few of them, seen often.

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
from workshop.teach.ablations.windows import SEEDS, STUDENT, interval
from workshop.teach.recordings import Piece

FILE = Path(__file__).with_name("smoothing.json")
COMMAND = "python -m workshop.teach.ablations.smoothing"
UNKNOWN = f"not recorded yet; {COMMAND} does it, in a checkout"
NOTEBOOK = Path("2-imagenet/20-inception-v3.ipynb")
CELLS = ("parameters", "imports", "exercise-pair", "kinds", "exercise-smooth", "smoothed")
EPOCHS = 4
"""How often the training pictures are seen, as in the lesson."""
FEW, OFTEN = 600, 60
"""So few pictures, seen so often that a network knows them by heart."""
KINDS = ("hard", "smoothed")
BY_HEART = tuple(f"{kind}, by heart" for kind in KINDS)


def recorded() -> dict[str, Piece]:
    """Return what was recorded, by piece."""
    return recordings.read(FILE)


def lines(pieces: Mapping[str, Piece], kinds: tuple[str, ...] = KINDS) -> list[str]:
    """Say how sure and how often right each network is, and what smoothing changes, seed by seed."""
    seeds = [seed for seed in SEEDS if all(f"{kind}/{seed}" in pieces for kind in kinds)]
    if len(seeds) < min(STUDENT):
        return [UNKNOWN]
    told, right, over = [f"recorded, {len(seeds)} seeds:"], [], []
    for kind, name in zip(kinds, KINDS, strict=True):
        correct, sure = (
            100 * np.array([pieces[f"{kind}/{seed}"][what] for seed in seeds]) for what in ("right", "sure")
        )
        told.append(
            f"{name:9} sure of {sure.mean():.1f}, right {correct.mean():.1f} of 100: "
            f"too sure by {(sure - correct).mean():+.1f} points"
        )
        right.append(correct)
        over.append(sure - correct)
    for what, (hard, smoothed) in (("right", right), ("too sure", over)):
        more, half = interval(smoothed - hard)
        told.append(f"smoothed less hard, {what}: {more:+.1f} ± {half:.1f} points")
    return told


def too_sure(pieces: Mapping[str, Piece], kind: str) -> float:
    """Return by how many points a kind of network is surer than right, in the mean over its seeds."""
    found = [pieces[f"{kind}/{seed}"] for seed in SEEDS if f"{kind}/{seed}" in pieces]
    return 100 * float(np.mean([piece["sure"] - piece["right"] for piece in found]))


def jobs() -> dict[str, Callable[[], Piece]]:
    """Return all pieces in the order of their worth."""
    return {f"{kind}/{seed}": partial(_trained, kind, seed) for seed in SEEDS for kind in (*KINDS, *BY_HEART)}


def _trained(kind: str, seed: int) -> Piece:
    names = recordings.play(NOTEBOOK, CELLS, seed)
    how = {"loss": names["of_a_tenth"]} if kind.startswith("smoothed") else {}
    clothes, epochs = names["fashion"], EPOCHS
    if kind in BY_HEART:
        few = clothes.train_images[:FEW], clothes.train_labels[:FEW]
        clothes, epochs = clothes._replace(train_images=few[0], train_labels=few[1]), OFTEN
    trial = names["Trial"](names["KINDS"]["5 × 5"], seed, **how).learn(clothes, epochs=epochs)
    chances = trial.chances(clothes.test_images)
    right = chances.argmax(axis=1) == clothes.test_labels
    return {"right": round(float(right.mean()), 4), "sure": round(float(chances.max(axis=1).mean()), 4)}


if __name__ == "__main__":
    recordings.main("networks with smoothed labels and without", FILE, jobs())
