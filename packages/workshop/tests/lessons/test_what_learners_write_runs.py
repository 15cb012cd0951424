"""What learners write is what runs: later cells call it."""

from __future__ import annotations

import ast

from workshop.lessons.catalogue import check_of, exercise_of, find_lessons, read_solution, source_of
from workshop.settings import CHECKOUT

NOTEBOOKS = CHECKOUT / "notebooks"
CALLED = 45
"""So many exercises at least have names that a later cell uses."""


def bound_by(code: str) -> set[str]:
    """Return the names that code binds at its top."""
    bound: set[str] = set()
    for statement in ast.parse(code).body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            bound.add(statement.name)
        else:
            bound |= names_in(statement, ast.Store)
    return bound


def names_in(code: ast.AST, kind: type[ast.expr_context]) -> set[str]:
    return {node.id for node in ast.walk(code) if isinstance(node, ast.Name) and isinstance(node.ctx, kind)}


def test_what_learners_write_is_used_by_later_cells() -> None:
    used, unused = set(), set()
    for lesson in find_lessons(NOTEBOOKS):
        cells = lesson.read()["cells"]
        for place, cell in enumerate(cells):
            exercise = exercise_of(cell)
            if exercise is None:
                continue
            own = bound_by(read_solution(NOTEBOOKS, exercise))
            later = [
                names_in(ast.parse(source_of(each)), ast.Load)
                for each in cells[place + 1 :]
                if each["cell_type"] == "code" and check_of(each) is None and exercise_of(each) is None
            ]
            (used if any(own & names for names in later) else unused).add(exercise)
    assert len(used) >= CALLED, sorted(unused)
