"""What takes longer than a lesson, recorded: a JSON file of pieces, made by the cells of a notebook.

A lesson's module of recordings says which pieces there are and how each is made; here is what all of them
share. A piece is written as soon as it is done, so that a run may be interrupted.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import io
import json
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any

import numpy as np

from workshop.lessons.catalogue import exercise_of, read_solution
from workshop.settings import CHECKOUT
from workshop.system.files import written_whole

Piece = dict[str, Any]
Names = dict[str, Any]
"""What a lesson's cells have assigned."""
Jobs = Mapping[str, Callable[[], Piece]]
"""All pieces in the order of their worth, each as what makes it."""
SIDE, GAP = 112, 12
"""Pixels of a picture on a slide, and between two of them."""


def read(file: Path) -> dict[str, Piece]:
    """Return what was recorded, by piece; nothing, where there is no file."""
    if not file.is_file():
        return {}
    found: dict[str, Piece] = json.loads(file.read_text(encoding="utf-8"))
    return found


def days(pieces: Mapping[str, Piece]) -> str:
    """Say when pieces were recorded: a day, or the first and the last."""
    found = sorted({piece["day"] for piece in pieces.values()})
    return " to ".join(dict.fromkeys((found[0], found[-1])))


def cells(notebook: Path, notebooks: Path | None = None) -> list[dict[str, Any]]:
    """Return the cells of a notebook, which is named from the folder of the lessons on."""
    text = ((notebooks or CHECKOUT / "notebooks") / notebook).read_text(encoding="utf-8")
    found: list[dict[str, Any]] = json.loads(text)["cells"]
    return found


def run(notebook: Path, name: str, names: Names, notebooks: Path | None = None) -> None:
    """Run one cell of a notebook, by its id, an exercise solved; what it prints is not shown."""
    found = next(each for each in cells(notebook, notebooks) if each["id"] == name)
    exercise = exercise_of(found)
    folder = notebooks or CHECKOUT / "notebooks"
    text = "".join(found["source"]) if exercise is None else read_solution(folder, exercise)
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(text, f"{notebook.name}:{name}", "exec"), names)


def play(
    notebook: Path,
    cells: Iterable[str],
    seed: int,
    *,
    before: Mapping[str, Callable[[Names], None]] = MappingProxyType({}),
    after: Mapping[str, Callable[[Names], None]] = MappingProxyType({}),
) -> Names:
    """Run cells of a notebook, in full and with a seed, and return what they assigned.

    Nothing is revealed or shown, and nobody's own network is taken up or replaced. ``before`` and ``after``
    say by the cell what else is done to the names when it comes.
    """
    names: Names = {"__name__": "__lesson__"}
    for cell in cells:
        if cell in before:
            before[cell](names)
        run(notebook, cell, names)
        if cell == "parameters":
            names |= {"PROFILE": "full", "SEED": seed, "REJOIN": False}
        if cell == "imports":
            names |= {"reveal": lambda *_: None, "display": lambda *_: None}
            if "checkpoints" in names:
                names["checkpoints"] = SimpleNamespace(save=lambda *_: None)
        if cell in after:
            after[cell](names)
    return names


def record(file: Path, jobs: Jobs, wanted: Iterable[str] = ()) -> None:
    """Record the pieces whose names begin with one of ``wanted``, or else those that are missing.

    Beside its figures a piece holds ``cpu_seconds``, ``share`` (of the clock's seconds) and ``day``.
    """
    chosen = tuple(wanted)
    for name, job in jobs.items():
        if not (name.startswith(chosen) if chosen else name not in read(file)):
            continue
        clock, work = time.perf_counter(), time.process_time()
        piece = job()
        spent, passed = time.process_time() - work, time.perf_counter() - clock
        told: Piece = {"cpu_seconds": round(spent, 1), "share": round(spent / passed, 2)}
        told |= piece | {"day": datetime.date.today().isoformat()}
        known = read(file) | {name: told}
        with written_whole(file) as written:
            written.write((json.dumps(known, indent=1, ensure_ascii=False) + "\n").encode())
        print(name, told, flush=True)


def save_film(moments: Sequence[Any], file: Path) -> None:
    """Write pictures (rows, 784) of ink for a slide: a row a picture, a column a moment."""
    from PIL import Image

    step, rows = SIDE + GAP, len(moments[0])
    sheet = Image.new("RGBA", (len(moments) * step - GAP, rows * step - GAP))
    for column, moment in enumerate(moments):
        for row, ink in enumerate(np.uint8(255 * (1 - np.clip(moment, 0, 1))).reshape(-1, 28, 28)):
            digit = Image.fromarray(ink).convert("RGBA").resize((SIDE, SIDE), Image.Resampling.BICUBIC)
            sheet.paste(digit, (column * step, row * step))
    sheet.save(file, quality=80)


def main(what: str, file: Path, jobs: Jobs) -> None:
    """Do what the command line of a module of recordings says, on one core."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    parser = argparse.ArgumentParser(description=f"record {what}")
    parser.add_argument("--again", nargs="+", default=[], metavar="PIECE", help="record these anew")
    record(file, jobs, parser.parse_args().again)
