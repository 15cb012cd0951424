"""What each part of the network that reads names is worth: trained without it, with three seeds, recorded.

It runs the cells of the notebook themselves. From a checkout, in the environment theano::

    python -m workshop.teach.names.parts                     # all that is missing
    python -m workshop.teach.names.parts --again reading/2   # these anew

What is recorded lies in ``parts.json`` beside this file: of each network which people of the test by family
it guesses right, so that two can be compared person by person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workshop.teach import recordings
from workshop.teach.recordings import Names, Piece

COMMAND = "python -m workshop.teach.names.parts"
FILE = Path(__file__).with_name("parts.json")
NOTEBOOK = Path("6-text/20-names-by-region.ipynb")
DEFINE = ("parameters", "imports", "load", "teach")
"""The cells that every piece runs first, in their order."""
COUNT = ("exercise-runs", "baseline")
"""Those that count."""
SPLIT = "families"
SEEDS = (1, 2, 3)
WITHOUT: dict[str, dict[str, bool]] = {
    "all three": {},
    "without neighbours": {"neighbours": False},
    "without counting": {"counts": False},
    "reading alone": {"neighbours": False, "counts": False},
}
"""What is taken away from the lesson's network, and how its function ``teach`` is told."""
COUNTING = "counting alone"
"""The regression of the lesson's section 2, which draws nothing."""


def recorded() -> dict[str, Piece]:
    """Return what was recorded, by piece."""
    return recordings.read(FILE)


def hits(pieces: Mapping[str, Piece], part: str) -> npt.NDArray[np.float64]:
    """Return who is guessed right, 1, and who is not, 0: (seeds, people); no rows where none is recorded."""
    found = [piece["right"] for name, piece in pieces.items() if name.startswith(f"{part}/")]
    return np.array([[float(each) for each in right] for right in found])


def by_region(right: npt.NDArray[Any], regions: npt.NDArray[Any]) -> float:
    """Return the macro accuracy of one row of ``hits``."""
    return float(np.mean([right[regions == region].mean() for region in np.unique(regions)]))


def jobs() -> dict[str, Callable[[], Piece]]:
    """Return all pieces, each as what makes it."""
    found: dict[str, Callable[[], Piece]] = {f"{COUNTING}/1": _counting}
    for part, told in WITHOUT.items():
        found |= {f"{part}/{seed}": partial(_trained, seed, told) for seed in SEEDS}
    return found


def _counting() -> Piece:
    """Let counting alone guess."""
    names = recordings.play(NOTEBOOK, (*DEFINE[:-1], *COUNT), SEEDS[0])
    people = names["splits"][SPLIT].test
    return _piece(names, names["counting"][SPLIT].predict(people.names))


def _trained(seed: int, told: Mapping[str, bool]) -> Piece:
    """Train a network, without what ``told`` takes away, and let it guess."""
    names = recordings.play(NOTEBOOK, DEFINE, seed)
    network, history = names["teach"](SPLIT, **told)
    guesses = network.scores(names["splits"][SPLIT].test.names).argmax(axis=1)
    return _piece(names, guesses) | {"train_cpu_seconds": round(history.cpu_seconds, 1)}


def _piece(names: Names, guesses: npt.NDArray[Any]) -> Piece:
    people = names["splits"][SPLIT].test
    right = guesses == people.labels
    macro = by_region(right, people.labels)
    return {"accuracy": round(macro, 4), "right": "".join(str(int(each)) for each in right)}


if __name__ == "__main__":
    recordings.main("what each part of the network that reads names is worth", FILE, jobs())
