"""The network of *In four voices* that hears fewer notes, recorded: what it owes to what it hears.

By the cells of the notebook, their exercises solved. From a checkout, in the environment theano::

    python -m workshop.teach.music.recording                # all that is missing
    python -m workshop.teach.music.recording --again 4/1 …  # these anew

What is recorded lies in ``recorded.json`` beside this file: nats a note on unseen pieces, by how many notes
before are heard, and by the seed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workshop.teach import recordings
from workshop.teach.ablations.windows import SEEDS, STUDENT, interval
from workshop.teach.recordings import Names, Piece

FILE = Path(__file__).with_name("recorded.json")
COMMAND = "python -m workshop.teach.music.recording"
UNKNOWN = f"not recorded yet; {COMMAND} does it, in a checkout"
NOTEBOOK = Path("7-make/50-four-voices.ipynb")
CELLS = (
    "parameters",
    "imports",
    "pieces",
    "exercise-weave",
    "sequences",
    "network",
    "network-step",
    "compile-step",
    "compile",
    "batches",
    "train",
)
HEARD = {4: "four notes", 7: "seven notes"}
"""How many notes before the network hears: as many as the best table sees, and as in the lesson."""


def recorded() -> dict[str, Piece]:
    """Return what was recorded, by piece."""
    return recordings.read(FILE)


def lines(pieces: Mapping[str, Piece]) -> list[str]:
    """Say what the network came to by what it hears, and what the further notes bring, seed by seed."""
    seeds = [seed for seed in SEEDS if all(f"{back}/{seed}" in pieces for back in HEARD)]
    if len(seeds) < min(STUDENT):
        return [UNKNOWN]
    nats = {back: np.array([pieces[f"{back}/{seed}"]["nats"] for seed in seeds]) for back in HEARD}
    told = [
        f"a network that hears {name:11} and the place: {found.mean():.3f} nats a note ({_each(found)})"
        for (_, name), found in zip(HEARD.items(), nats.values(), strict=True)
    ]
    few, many = nats.values()
    mean, half = interval(few - many)
    told.append(f"three notes more bring {mean:.3f} ± {half:.3f} (95 %, over seeds {_seeds(seeds)})")
    return [*told, f"recorded {recordings.days(pieces)}; {COMMAND} does it again"]


def _each(values: npt.NDArray[Any]) -> str:
    return ", ".join(f"{value:.3f}" for value in values)


def _seeds(seeds: list[int]) -> str:
    return ", ".join(map(str, seeds))


def jobs() -> dict[str, Callable[[], Piece]]:
    """Return all pieces in the order of their worth."""
    return {f"{back}/{seed}": partial(_trained, back, seed) for seed in SEEDS for back in HEARD}


def _trained(back: int, seed: int) -> Piece:
    def hear(names: Names) -> None:
        names["BACK"] = back

    names = recordings.play(NOTEBOOK, CELLS, seed, after={"parameters": hear})
    history = names["follower"].history
    nats = names["network_nats"](names["unseen_rows"])
    return {"nats": round(nats, 4), "train_cpu_seconds": round(history.cpu_seconds, 1)}


if __name__ == "__main__":
    recordings.main("the network of four voices that hears fewer notes", FILE, jobs())
