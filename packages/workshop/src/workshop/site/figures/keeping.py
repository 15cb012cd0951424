"""Keeps pictures that a lesson made, for the slides that show them.

It runs a lesson in full, its exercises solved, up to the last cell whose numbers are wanted. In the
environment ``theano``, with MNIST fetched::

    python -m workshop.site.figures.keeping 7-make/30-diffusion

writes ``drowned``, ``out-of-the-noise``, ``unguided`` and ``guided`` of ``presentation/pictures/``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from workshop.lessons.exercises import check_of, exercise_of, read_solution
from workshop.settings import CHECKOUT
from workshop.site.figures.recording import NOTEBOOKS, SETTINGS

PICTURES = CHECKOUT / "presentation" / "pictures"
Floats = npt.NDArray[np.float64]
Names = dict[str, Any]
"""What a lesson's cells have assigned."""


def run_until(lesson: str, last: str) -> Names:
    """Run a lesson's code up to the cell with the id ``last``, in full and solved; return its names."""
    path = NOTEBOOKS / f"{lesson}.ipynb"
    names: Names = {"__name__": "__lesson__", "display": lambda *_: None}
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code" or check_of(cell) is not None:
            continue
        exercise = exercise_of(cell)
        text = "".join(cell["source"]) if exercise is None else read_solution(NOTEBOOKS, exercise)
        exec(compile(text, f"{path.name}:{cell['id']}", "exec"), names)
        if SETTINGS in cell["metadata"].get("tags", []):
            names |= {"PROFILE": "full", "REJOIN": False}
        if cell["id"] == last:
            return names
    raise ValueError(f"{lesson} has no cell {last}")


def diffusion(lesson: str) -> None:
    """Keep a digit that drowns, three that come out of the noise, and digits without and with guidance."""
    made = run_until(lesson, "compare")
    drawn, sample, strip = made["drawn"], made["sample"], made["strip"]
    sheet("drowned", drawn(strip).reshape(1, -1, 28, 28))
    sheet("out-of-the-noise", made["rows"].reshape(len(made["asked_kinds"]), -1, 28, 28))
    digits = np.arange(10)
    for name, strength in (("unguided", 0), ("guided", 1.5)):
        rows = [sample(digits, strength, seed=made["SEED"] + row)[0] for row in range(2)]
        sheet(name, np.reshape(rows, (2, 10, 28, 28)))


def sheet(name: str, pictures: Floats, zoom: int = 4, gap: int = 8) -> None:
    """Write pictures (rows, columns, 28, 28), ink from 0 to 1, white on black, with clear gaps."""
    from PIL import Image

    rows, columns, side, _ = pictures.shape
    step = side * zoom + gap
    whole = Image.new("RGBA", (columns * step - gap, rows * step - gap))
    for row in range(rows):
        for column in range(columns):
            dots = np.uint8(np.clip(pictures[row, column], 0, 1) * 255)
            one = Image.fromarray(dots).convert("RGBA")
            one = one.resize((side * zoom, side * zoom), Image.Resampling.BICUBIC)
            whole.paste(one, (column * step, row * step))
    whole.save(PICTURES / f"{name}.webp", quality=80)


KEEPERS: dict[str, Callable[[str], None]] = {"7-make/30-diffusion": diffusion}


if __name__ == "__main__":
    for wanted in sys.argv[1:]:
        KEEPERS[wanted](wanted)
