"""Small lessons, written where a test wants them."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from lessonkit.catalogue import About, Lesson, about
from lessonkit.jobs import Failure, Outcome
from lessonkit.judging import Result, run_lesson
from lessonkit.plugin import Plugin
from lessonkit.runner import (
    Executed,
    Progress,
    RunOptions,
    prepare,
    run_notebook,
)
from lessonkit.shortpath import SHORT_PATH

Cell = dict[str, Any]
Notebook = dict[str, Any]


class House(Plugin):
    """A house with a package of its own, and without anything that was trained."""

    sources: ClassVar = {"house": Path(__file__).with_name("house")}

    def has_checkpoint(self, name: str) -> bool:
        return False


SETTINGS: dict[str, Any] = {
    "minutes": 5,
    "budget": {"fast": {"work": 60, "rss_mb": 900}, "full": {"work": 120, "rss_mb": 900}},
    "short_path": {"work": 6},
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
    return code('# ◆\nPROFILE = "full"', "parameters", SHORT_PATH, name="settings")


def notebook(*cells: Cell, kernel: str = "python3", **settings: Any) -> Notebook:
    return {
        "cells": list(cells),
        "metadata": {
            "kernelspec": {"name": kernel, "display_name": kernel, "language": "python"},
            "lessonkit": {**SETTINGS, **settings},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def exercise_cells(name: str) -> list[Cell]:
    mark, path = ("# ◆\n", [SHORT_PATH]) if name == "double" else ("", [])
    return [
        code(
            f"{mark}def {name}(x):\n    return ...",
            f"exercise:{name}",
            "raises-exception",
            *path,
            name=f"do-{name}",
        ),
        code(
            f'{mark}with check("{name}"):\n'
            f'    assert {name}(2) == SOLVED["{name}"], "of 2 it makes something else"\n'
            f'    assert {name}(3) == SOLVED_OF_3["{name}"], "of 3 it makes something else"',
            f"check:{name}",
            *path,
            name=f"check-{name}",
        ),
    ]


SOLVED = {"double": 4, "halve": 1, "square": 4}
SOLVED_OF_3 = {"double": 6, "halve": 1.5, "square": 9}
SOLUTIONS = {
    "double": "def double(x):\n    return 2 * x\n",
    "halve": "def halve(x):\n    return x / 2\n",
    "square": "def square(x):\n    return x * x\n",
}


SETTING = (
    "# ◆\nfrom lessonkit import check\n\n"
    f"SOLVED = {SOLVED}\nSOLVED_OF_3 = {SOLVED_OF_3}\nshow = print\nshow('a picture')"
)
WRONG = """\
# %% wrong: one too many
def {name}(x):
    return {right} + 1


# %% wrong: the sign
def {name}(x):
    return -({right})


# %% wrong: always the same
def {name}(x):
    return 4


# %% right: with a name for it
def {name}(x):
    result = {right}
    return result
"""


def answers(name: str, right: str) -> str:
    """Return stored answers to one of the exercises."""
    return WRONG.format(name=name, right=right)


def sound() -> Notebook:
    """A lesson that nothing is wrong with."""
    cells = [text("# Small sums", "title"), parameters(), code(SETTING, SHORT_PATH, name="solved")]
    for name in EXERCISES:
        cells += exercise_cells(name)
    cells.append(
        code('import json\nprint(json.dumps({"answer": 42.0, "profile": PROFILE}))', "metrics", name="end")
    )
    path = text("◆\n\nOnly ten minutes? The surprise: two and two are twice two.", "path")
    cells.append({**path, "metadata": {"tags": [SHORT_PATH]}})
    return notebook(*cells)


def put(folder: Path, name: str, content: Notebook, solutions: dict[str, str] | None = None) -> Lesson:
    """Write a lesson and its solutions into a notebooks folder."""
    path = folder / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")
    for exercise, solution in (solutions or {}).items():
        file = folder / "solutions" / f"{exercise}.py"
        (file.parent / "answers").mkdir(parents=True, exist_ok=True)
        file.write_text(solution, encoding="utf-8")
        right = {"double": "x + x", "halve": "0.5 * x", "square": "x**2"}.get(exercise, "x")
        (file.parent / "answers" / f"{exercise}.py").write_text(answers(exercise, right), encoding="utf-8")
    return Lesson(name, path)


def quiet(_cell: int, _cells: int) -> None:
    """Show no progress."""


def run(folder: Path, content: Notebook, *, solved: bool = False, **how: Any) -> Result:
    """Write a lesson and run it."""
    lesson = put(folder, "1-try/10-it", content)
    return run_lesson(lesson, RunOptions(folder, **how), quiet, solved=solved)


def ran(folder: Path, content: Notebook) -> Executed:
    """Write a lesson and run its bare stubs, without a verdict."""
    lesson = put(folder, "1-try/10-it", content)
    return run_notebook(lesson, about(lesson.name, content), content, RunOptions(folder), quiet, {})


def run_here(
    _lesson: Lesson,
    _told: About,
    content: Notebook,
    how: RunOptions,
    progress: Progress,
    solutions: dict[str, str],
) -> Executed:
    """Do in this process what ``run_notebook`` does, with cells of plain Python; no kernel has to start."""
    prepared = prepare(content, how.profile, solutions)
    cells, outcome, names = prepared.notebook["cells"], Outcome(), dict[str, Any]()
    for index, cell in enumerate(cells):
        progress(prepared.numbers[index], len(content["cells"]))
        if cell["cell_type"] != "code":
            continue
        shown = io.StringIO()
        try:
            with contextlib.redirect_stdout(shown):
                exec(cell["source"], names)
        except Exception as error:
            kind = type(error).__name__
            outcome.failure = Failure(index, kind, f"{kind}: {error}" if str(error) else kind)
            break
        cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": shown.getvalue()}]
    return Executed(outcome, prepared.notebook, prepared.numbers)


Change = Callable[[Notebook], None]
