"""The network of four voices, told less: four notes only, and four notes without a memory; recorded.

It runs the cells of the notebook themselves, its exercise solved. From a checkout, in the environment
theano::

    python -m workshop.teach.music.recording                    # all that is missing
    python -m workshop.teach.music.recording --again four/2 …   # these anew

What is recorded lies in ``recorded.json`` beside this file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from workshop.teach import recordings
from workshop.teach.recordings import Names, Piece

FILE = Path(__file__).with_name("recorded.json")
NOTEBOOK = Path("7-make/50-four-voices.ipynb")
TRAIN = (
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
"""The cells that train the network, in their order; what counts and what sings is left out."""
SEEDS = (1, 2, 3)
BACK = 4
"""So many notes the best table looks at."""
TOLD = {"four": "four notes, and a memory", "alone": "four notes, no memory"}


def recorded() -> dict[str, Piece]:
    """Return what was recorded, by piece."""
    return recordings.read(FILE)


def lines(pieces: Mapping[str, Piece]) -> list[str]:
    """Say how surprised the networks that are told less were by unseen pieces, seed by seed."""
    told = []
    for name, words in TOLD.items():
        found = {seed: pieces[f"{name}/{seed}"]["nats"] for seed in SEEDS if f"{name}/{seed}" in pieces}
        if found:
            seeds = ", ".join(map(str, found))
            told.append(f"{words:26}" + "  ".join(f"{nats:.3f}" for nats in found.values()) + f"   ({seeds})")
    if told:
        told.insert(0, "nats a note, unseen, recorded by seed (in brackets):")
    return told


def jobs() -> dict[str, Callable[[], Piece]]:
    """Return all pieces in the order of their worth, each as what makes it."""
    return {
        f"{name}/{seed}": partial(_trained, seed, memory=name == "four") for seed in SEEDS for name in TOLD
    }


def _trained(seed: int, *, memory: bool) -> Piece:
    """Train the network as the lesson does in full, on four notes."""
    after: dict[str, Callable[[Names], None]] = {"parameters": _four_notes}
    if not memory:
        after["network-step"] = _forget
    names = recordings.play(NOTEBOOK, TRAIN, seed, after=after)
    nats = round(names["network_nats"](names["unseen_rows"]), 4)
    return {"nats": nats, "train_cpu_seconds": round(names["follower"].history.cpu_seconds, 1)}


def _four_notes(names: Names) -> None:
    names["BACK"] = BACK


def _forget(names: Names) -> None:
    """Let the memory be 0 after each step: what is guessed comes from the notes and the place alone."""
    step = names["step"]
    names["step"] = lambda told, h, weights: 0 * step(told, h, weights)


if __name__ == "__main__":
    recordings.main("the network of four voices with less to go by", FILE, jobs())
