"""Small lessons, written where a test wants them."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workshop.lessons.exercises import check_of, prepare
from workshop.lessons.judging import Result, run_lesson
from workshop.lessons.model import About, Lesson, about
from workshop.lessons.runner import How, Progress, Ran, run_notebook
from workshop.lessons.worker import Failure, Outcome

Cell = dict[str, Any]
Notebook = dict[str, Any]

SETTINGS: dict[str, Any] = {
    "minutes": 5,
    "budget": {"fast": {"work": 60, "rss_mb": 900}, "full": {"work": 120, "rss_mb": 900}},
}
EXERCISES = ("double", "halve", "square")


def code(source: str, *tags: str, name: str) -> Cell:
    return {
        "cell_type": "code",
        "id": name,
        "metadata": {"tags": list(tags)},
        "execution_count": None,
        "outputs": [],
        "source": source,
    }


def text(source: str, name: str) -> Cell:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source}


def parameters() -> Cell:
    return code('PROFILE = "full"', "parameters", name="settings")


def notebook(*cells: Cell, kernel: str = "python3", **settings: Any) -> Notebook:
    return {
        "cells": list(cells),
        "metadata": {
            "kernelspec": {"name": kernel, "display_name": kernel, "language": "python"},
            "workshop": {**SETTINGS, **settings},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def exercise_cells(name: str) -> list[Cell]:
    return [
        code(f"def {name}(x):\n    return None", f"exercise:{name}", name=f"do-{name}"),
        code(
            f'assert {name}(2) == SOLVED["{name}"], "{name}(2) is not right yet"',
            f"check:{name}",
            name=f"check-{name}",
        ),
    ]


SOLVED = {"double": 4, "halve": 1, "square": 4}
SOLUTIONS = {
    "double": "def double(x):\n    return 2 * x\n",
    "halve": "def halve(x):\n    return x / 2\n",
    "square": "def square(x):\n    return x * x\n",
}


def sound() -> Notebook:
    """A lesson that nothing is wrong with."""
    cells = [text("# Small sums", "title"), parameters(), code(f"SOLVED = {SOLVED}", name="solved")]
    for name in EXERCISES:
        cells += exercise_cells(name)
    cells.append(
        code('import json\nprint(json.dumps({"answer": 42.0, "profile": PROFILE}))', "metrics", name="end")
    )
    return notebook(*cells)


def put(folder: Path, name: str, content: Notebook, solutions: dict[str, str] | None = None) -> Lesson:
    """Write a lesson and its solutions into a notebooks folder."""
    path = folder / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")
    for exercise, solution in (solutions or {}).items():
        file = folder / "solutions" / f"{exercise}.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(solution, encoding="utf-8")
    return Lesson(name, path)


def quiet(_cell: int, _cells: int) -> None:
    """Show no progress."""


def run(folder: Path, content: Notebook, *, solved: bool = False, **how: Any) -> Result:
    """Write a lesson and run it."""
    lesson = put(folder, "1-try/10-it", content)
    return run_lesson(lesson, How(folder, **how), quiet, solved=solved)


def ran(folder: Path, content: Notebook) -> Ran:
    """Write a lesson and run its bare stubs, without a verdict."""
    lesson = put(folder, "1-try/10-it", content)
    return run_notebook(lesson, about(lesson.name, content), content, How(folder), quiet, {})


def run_here(
    _lesson: Lesson, _told: About, content: Notebook, how: How, progress: Progress, solutions: dict[str, str]
) -> Ran:
    """Do in this process what ``run_notebook`` does, with cells of plain Python; no kernel has to start.

    That a kernel makes the same of them is a test of its own in test_checks.py.
    """
    prepared = prepare(content, how.profile, solutions)
    cells, outcome, names = prepared.notebook["cells"], Outcome(), dict[str, Any]()
    for index, cell in enumerate(cells):
        progress(prepared.numbers[index], len(content["cells"]))
        if cell["cell_type"] != "code":
            continue
        shown, failure = io.StringIO(), None
        try:
            with contextlib.redirect_stdout(shown):
                exec(cell["source"], names)
        except Exception as error:
            kind = type(error).__name__
            failure = Failure(index, kind, f"{kind}: {error}" if str(error) else kind)
        cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": shown.getvalue()}]
        check = check_of(cell)
        if check is not None:
            outcome.checks[check] = failure
        elif failure is not None:
            outcome.failure = failure
            break
    return Ran(outcome, prepared.notebook, prepared.numbers)


Change = Callable[[Notebook], None]
