"""Records how the networks of the lessons learn, for the figures of the slides.

It runs the code of a lesson, its exercises solved, up to the last cell that trains, and keeps the history of
every training. In the environment of the lessons, with MNIST fetched::

    python -m workshop.site.figures.recording 1-mnist/10-mlp 1-mnist/20-cnn

writes ``recorded.json`` beside this file: ``{lesson: {title of the training: {"errors": [share of wrong
answers on the test digits after each pass], "losses": [mean training loss of each pass], "cpu_seconds"}}}``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from workshop.lessons.catalogue import check_of, exercise_of, read_solution
from workshop.settings import CHECKOUT

FILE = Path(__file__).with_name("recorded.json")
NOTEBOOKS = CHECKOUT / "notebooks"
Record = dict[str, dict[str, Any]]

SETTINGS = "parameters"
"""The tag of the cell with a lesson's settings."""


def record(lesson: str) -> Record:
    """Run a lesson in full, trained anew, and return the history of each training by its title."""
    from workshop.teach import training

    kept: Record = {}
    train = training.train

    def watched(*arguments: Any, **options: Any) -> Any:
        history = train(*arguments, **options)
        kept[options.get("title", "training")] = _summary(history, options["epochs"])
        return history

    training.train = watched
    try:
        _run(NOTEBOOKS / f"{lesson}.ipynb")
    finally:
        training.train = train
    return kept


def _run(path: Path) -> None:
    """Run the code cells in order, solutions in place of stubs, up to the last one that trains."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    last = max(number for number, cell in enumerate(code) if "training.train(" in "".join(cell["source"]))
    names: dict[str, Any] = {"__name__": "__lesson__"}
    for cell in code[: last + 1]:
        if check_of(cell) is not None:
            continue  # It shows something to a learner; what it assigns is used nowhere else.
        exercise = exercise_of(cell)
        text = "".join(cell["source"]) if exercise is None else read_solution(NOTEBOOKS, exercise)
        exec(compile(text, f"{path.name}:{cell['id']}", "exec"), names)
        if SETTINGS in cell["metadata"].get("tags", []):
            names |= {"PROFILE": "full", "REJOIN": False}


def _summary(history: Any, epochs: int) -> dict[str, Any]:
    steps = len(history.losses) // epochs
    passes = [history.losses[start : start + steps] for start in range(0, steps * epochs, steps)]
    return {
        "errors": [round(error, 5) for error in history.errors],
        "losses": [round(sum(each) / len(each), 5) for each in passes],
        "cpu_seconds": round(history.cpu_seconds, 1),
    }


def recorded() -> dict[str, Record]:
    """Return what was recorded, by lesson."""
    found: dict[str, Record] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    known = recorded() if FILE.is_file() else {}
    for name in sys.argv[1:]:
        known[name] = record(name)
        FILE.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
        print(name, {title: each["errors"][-1:] for title, each in known[name].items()})
