"""Exercises, their checks and their solutions: found in a notebook and put into it."""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass
from pathlib import Path

from workshop.errors import WorkshopError
from workshop.lessons.catalogue import SOLUTIONS
from workshop.lessons.model import Cell, Notebook, Profile, source_of, tags_of

EXERCISE = "exercise:"
CHECK = "check:"
MAY_RAISE = "raises-exception"
"""Jupyter's own tag: Run All goes on behind a cell that raises."""
PARAMETERS = "parameters"
INJECTED = "injected-parameters"
SHORTEST_STEP = 12
"""What is shorter than this gives no solution away."""


@dataclass(frozen=True)
class Prepared:
    """A notebook that is ready to run, and where its cells come from."""

    notebook: Notebook
    numbers: list[int]
    """For each cell its number in the lesson, counted from 1; the injected cell has its neighbour's."""


def exercise_of(cell: Cell) -> str | None:
    """Return the exercise that a cell is the stub of."""
    return _tagged(cell, EXERCISE)


def check_of(cell: Cell) -> str | None:
    """Return the exercise that a cell checks."""
    return _tagged(cell, CHECK)


def _tagged(cell: Cell, prefix: str) -> str | None:
    return next((tag.removeprefix(prefix) for tag in tags_of(cell) if tag.startswith(prefix)), None)


def exercises_in(notebook: Notebook) -> list[str]:
    """Return the names of the exercises, in their order, as often as they occur."""
    names = (exercise_of(cell) for cell in notebook["cells"])
    return [name for name in names if name is not None]


def solution_path(notebooks: Path, exercise: str) -> Path:
    """Return where the solution of an exercise lies."""
    return notebooks / SOLUTIONS / f"{exercise}.py"


def read_solution(notebooks: Path, exercise: str) -> str:
    """Return the text of a solution.

    Raises WorkshopError when there is none, or when it is not Python.
    """
    path = solution_path(notebooks, exercise)
    shown = f"{SOLUTIONS}/{path.name}"
    try:
        text = path.read_text(encoding="utf-8")
        ast.parse(text)
    except FileNotFoundError as error:
        raise WorkshopError(f"the exercise {exercise} has no solution; write {shown}") from error
    except (SyntaxError, UnicodeDecodeError, ValueError) as error:
        raise WorkshopError(f"the solution {shown} is not Python: {error}") from error
    return text.rstrip("\n")


def prepare(notebook: Notebook, profile: Profile, solutions: dict[str, str]) -> Prepared:
    """Return the notebook with its profile set and the given exercises solved.

    Raises WorkshopError when there is more than one parameters cell.
    """
    cells: list[Cell] = []
    numbers: list[int] = []
    for number, original in enumerate(notebook["cells"], start=1):
        cell = copy.deepcopy(original)
        exercise = exercise_of(cell)
        if exercise in solutions:
            cell["source"] = solutions[exercise]
        cells.append(cell)
        numbers.append(number)
        if PARAMETERS in tags_of(cell):
            if any(INJECTED in tags_of(other) for other in cells):
                raise WorkshopError(f"cell {number} is a second parameters cell; keep one")
            cells.append(_injected(profile))
            numbers.append(number)
    return Prepared({**notebook, "cells": cells}, numbers)


def _injected(profile: Profile) -> Cell:
    """Return the cell that sets the profile."""
    return {
        "cell_type": "code",
        "id": INJECTED,
        "metadata": {"tags": [INJECTED]},
        "execution_count": None,
        "outputs": [],
        "source": f'PROFILE = "{profile}"',
    }


def solution_steps(text: str) -> list[str]:
    """Return the expressions that a solution is made of: what it returns, assigns or hands to a call."""
    steps = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Return | ast.Assign | ast.AugAssign) and node.value is not None:
            steps.append(ast.unparse(node.value))
    return [step for step in steps if len(step) >= SHORTEST_STEP]


def code_lines(text: str) -> int:
    """Count the lines of code in a text: those that are neither blank nor only a comment."""
    return sum(1 for line in text.splitlines() if line.strip() and not line.strip().startswith("#"))


def lines_of(cell: Cell) -> int:
    """Count the lines of code in a cell."""
    return code_lines(source_of(cell)) if cell.get("cell_type") == "code" else 0
