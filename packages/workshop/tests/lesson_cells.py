"""Cells of the lessons, run by tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lessonkit.catalogue import exercise_of, read_solution

NOTEBOOKS = Path(__file__).resolve().parents[3] / "notebooks"
"""Those of this checkout; the command that is tested may be installed elsewhere."""


def cells_of(notebook: str) -> dict[str, dict[str, Any]]:
    """Return the cells of a notebook by their ids."""
    text = (NOTEBOOKS / notebook).read_text(encoding="utf-8")
    return {cell["id"]: cell for cell in json.loads(text)["cells"]}


def run_cell(notebook: str, name: str, names: dict[str, Any]) -> None:
    """Run one cell, an exercise solved, in the namespace ``names``."""
    cell = cells_of(notebook)[name]
    exercise = exercise_of(cell)
    text = "".join(cell["source"]) if exercise is None else read_solution(NOTEBOOKS, exercise)
    exec(compile(text, f"{notebook}:{name}", "exec"), names)
