"""The network of *Where is a name from?* trained without one of its parts, and recorded.

By the cells of the notebook. From a checkout, in the environment theano::

    python -m workshop.teach.names.parts                              # all that is missing of three seeds
    python -m workshop.teach.names.parts --again "no counting/1" …    # these anew

What is recorded lies in ``parts.json`` beside this file: the share of the test names, of families that are
new, whose region is right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import numpy as np

from workshop.teach import recordings
from workshop.teach.ablations.windows import STUDENT, interval
from workshop.teach.recordings import Piece

FILE = Path(__file__).with_name("parts.json")
COMMAND = "python -m workshop.teach.names.parts"
UNKNOWN = f"not recorded yet; {COMMAND} does it, in a checkout"
NOTEBOOK = Path("6-text/20-names-by-region.ipynb")
CELLS = ("parameters", "imports", "load", "teach")
SEEDS = (1, 2, 3)
WHOLE = "everything"
KINDS: Mapping[str, Mapping[str, bool]] = {
    WHOLE: {},
    "no counting": {"counts": False},
    "no neighbours": {"neighbours": False},
}
"""What is trained, and which switch of the lesson's ``teach`` is off."""


def recorded() -> dict[str, Piece]:
    """Return what was recorded, by piece."""
    return recordings.read(FILE)


def shares(pieces: Mapping[str, Piece]) -> dict[str, list[float]]:
    """Return how many of 100 names each network gets right, for each seed that all of them have."""
    seeds = [seed for seed in SEEDS if all(f"{kind}/{seed}" in pieces for kind in KINDS)]
    return {kind: [100 * pieces[f"{kind}/{seed}"]["right"] for seed in seeds] for kind in KINDS}


def lines(pieces: Mapping[str, Piece]) -> list[str]:
    """Say how many names each network gets right, and how far it is behind the whole one, seed by seed."""
    right = shares(pieces)
    if not right[WHOLE]:
        return [UNKNOWN]
    told = []
    for kind, found in right.items():
        line = f"{kind:14}{np.mean(found):.1f} of 100 right ({', '.join(f'{one:.1f}' for one in found)})"
        if kind != WHOLE:
            behind = np.array(right[WHOLE]) - np.array(found)
            half = f" ± {interval(behind)[1]:.1f}" if len(found) in STUDENT else ""
            line += f", behind by {behind.mean():.1f}{half} points"
        told.append(line)
    many = "; ± is a 95 % interval over seeds" if len(right[WHOLE]) in STUDENT else ""
    return [*told, f"of new families (recorded); in brackets seed by seed{many}"]


def jobs() -> dict[str, Callable[[], Piece]]:
    """Return all pieces in the order of their worth."""
    return {f"{kind}/{seed}": partial(_trained, kind, seed) for seed in SEEDS for kind in KINDS}


def _trained(kind: str, seed: int) -> Piece:
    names = recordings.play(NOTEBOOK, CELLS, seed)
    network, history = names["teach"]("families", **KINDS[kind])
    unseen = names["splits"]["families"].test
    right = names["share_right"](network.scores(unseen.names), unseen)
    return {"right": round(right, 4), "train_cpu_seconds": round(history.cpu_seconds, 1)}


if __name__ == "__main__":
    recordings.main("the network that reads names without its parts", FILE, jobs())
