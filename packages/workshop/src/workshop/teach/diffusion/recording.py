"""The network that takes noise away, taught with other seeds and judged, recorded.

It runs the cells of the notebook themselves, its exercises solved. From a checkout, in the environment
theano::

    python -m workshop.teach.diffusion.recording                       # all that is missing
    python -m workshop.teach.diffusion.recording --again seeds/2 …     # these anew

What is recorded lies in ``recorded.json`` beside this file. ``seeds/1`` writes a picture for the slides, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np

from workshop.settings import CHECKOUT
from workshop.teach import recordings
from workshop.teach.recordings import Piece

COMMAND = "python -m workshop.teach.diffusion.recording"
FILE = Path(__file__).with_name("recorded.json")
NOTEBOOK = Path("7-make/30-diffusion.ipynb")
CELLS = (
    "parameters",
    "imports",
    "codes",
    "exercise-noised",
    "plot-noised",
    "exercise-apart",
    "network",
    "compile",
    "train",
    "exercise-guided",
    "sample",
    "exercise-variety",
    "judge",
)
"""The cells that a piece runs, in their order."""
SEEDS = (1, 2, 3)
STRENGTHS = ("0", "1.5", "4")
GUIDED = "1.5"
"""The guidance with which the lesson is judged."""
REAL, BY_NUMBERS = "real training digits", "the same, from 64 numbers"
PICTURE = CHECKOUT / "presentation/pictures/invented.webp"
"""What the network of the first seed takes for the digit on its way: a row a digit, a column a moment."""
ASKED = (2, 4, 7, 8)
MOMENTS = (0, 3, 6, 9, 12, 15, 19, 24)
"""Which of the twenty-five guesses are shown."""


def recorded() -> dict[str, Piece]:
    """Return what was recorded, by piece."""
    return recordings.read(FILE)


def lines(pieces: Mapping[str, Piece]) -> list[str]:
    """Say what was recorded: a line for each strength of guidance, a figure for each seed."""
    found = _seeds(pieces)
    if not found:
        return []
    told = [f"{len(found)} seed{'s' * (len(found) > 1)}, {', '.join(map(str, found))}:"]
    for strength in STRENGTHS:
        rows = [piece["guidance"][strength] for piece in found.values()]
        told.append(
            f"guidance {strength:4} distance {_each(rows, 'frechet', '.2f')}; as asked for "
            f"{_each(rows, 'asked_for', '.4f')}; share of the variety {_each(rows, 'variety', '.3f')}"
        )
    by_numbers = ", ".join(f"{piece['by_numbers']:.2f}" for piece in found.values())
    told.append(f"real digits by way of 64 numbers: distance {by_numbers}")
    return [*told, f"recorded {recordings.days(pieces)}; {COMMAND} does it again"]


def away(pieces: Mapping[str, Piece], frechet: float) -> float | None:
    """Return how far a run's distance lies from the median of the recorded seeds; None without any."""
    found = [piece["guidance"][GUIDED]["frechet"] for piece in _seeds(pieces).values()]
    return abs(frechet - median(found)) if found else None


def _each(rows: list[Piece], measure: str, form: str) -> str:
    return ", ".join(f"{row[measure]:{form}}" for row in rows)


def _seeds(pieces: Mapping[str, Piece]) -> dict[int, Piece]:
    return {seed: pieces[f"seeds/{seed}"] for seed in SEEDS if f"seeds/{seed}" in pieces}


def jobs() -> dict[str, Callable[[], Piece]]:
    """Return all pieces, each as what makes it."""
    return {f"seeds/{seed}": partial(_taught, seed) for seed in SEEDS}


def _taught(seed: int) -> Piece:
    """Teach the lesson's network, and judge what it invents with each strength of guidance."""
    names = recordings.play(NOTEBOOK, CELLS, seed)
    if seed == SEEDS[0]:
        _, guesses = names["sample"](np.array(ASKED), float(GUIDED))
        recordings.save_film([names["drawn"](guesses[moment]) for moment in MOMENTS], PICTURE)
    rows = names["rows"]
    guidance = {
        strength: {
            "frechet": round(row["frechet"], 2),
            "asked_for": round(row["asked_for"], 4),
            "variety": round(row["variety"] / rows[REAL]["variety"], 3),
        }
        for strength in STRENGTHS
        for row in [rows[f"guidance {strength}"]]
    }
    return {
        "train_cpu_seconds": names["facts"]["cpu_seconds"],
        "guidance": guidance,
        "by_numbers": round(rows[BY_NUMBERS]["frechet"], 2),
    }


if __name__ == "__main__":
    recordings.main("other seeds of the lesson on diffusion", FILE, jobs())
