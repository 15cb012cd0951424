"""What learners write is what runs: later cells call it, and what they show depends on it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from workshop.lessons.catalogue import check_of, exercise_of, find_lessons, read_solution, source_of
from workshop.settings import CHECKOUT

NOTEBOOKS = CHECKOUT / "notebooks"
CALLED, SEEN = 45, 30
"""So many exercises at least: whose names a later cell uses, and on which depends what a cell shows."""
SHOWS = (
    "print",
    "reveal",
    "display",
    "draw",
    "show",
    "plot",
    "bar",
    "imshow",
    "scatter",
    "hist",
    "text",
    "set",
    "fill",
)
"""How functions begin that show what they are given."""


def bound_by(statement: ast.AST) -> set[str]:
    """Return the names that a statement binds or changes."""
    found = {
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    for node in ast.walk(statement):  # names that are filled: found["a"] = …, found.append(…)
        holder = node
        while isinstance(holder, ast.Subscript | ast.Attribute | ast.Call):
            holder = holder.func if isinstance(holder, ast.Call) else holder.value
        if holder is not node and isinstance(holder, ast.Name) and isinstance(node, ast.Call | ast.Subscript):
            found |= {holder.id} if _changes(node) else set()
    return found


def _changes(node: ast.Call | ast.Subscript) -> bool:
    if isinstance(node, ast.Subscript):
        return isinstance(node.ctx, ast.Store)
    return isinstance(node.func, ast.Attribute) and node.func.attr in ("append", "extend", "add", "update")


def names_in(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield statements, those of loops and conditions with their heads."""
    for statement in body:
        yield statement
        if isinstance(statement, ast.For | ast.While | ast.If | ast.With):
            yield from statements([*statement.body, *getattr(statement, "orelse", [])])


def shown_by(statement: ast.stmt) -> Iterator[ast.AST]:
    """Yield what a statement shows."""
    for call in (node for node in ast.walk(statement) if isinstance(node, ast.Call)):
        function = call.func
        name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
        if name.startswith(SHOWS):
            yield from (*call.args, *call.keywords)


def uses(notebook: dict[str, Any], folder: Path = NOTEBOOKS) -> dict[str, tuple[bool, bool]]:
    """Return of each exercise whether a later cell uses its names, and shows what depends on them."""
    cells, found = notebook["cells"], {}
    for place, cell in enumerate(cells):
        exercise = exercise_of(cell)
        if exercise is None:
            continue
        solution = ast.parse(read_solution(folder, exercise))
        own = set().union(*map(bound_by, solution.body))
        tainted, called, seen = set(own), False, False
        for later in cells[place + 1 :]:
            if later["cell_type"] != "code" or check_of(later) is not None or exercise_of(later) is not None:
                continue
            tree = ast.parse(source_of(later))
            called = called or bool(own & names_in(tree))
            for _ in range(2):  # a loop may carry something back to its beginning
                for statement in statements(tree.body):
                    tainted |= bound_by(statement) if tainted & names_in(statement) else set()
            seen = seen or any(tainted & names_in(node) for one in tree.body for node in shown_by(one))
            last = tree.body[-1] if tree.body else None
            seen = seen or (isinstance(last, ast.Expr) and bool(tainted & names_in(last)))
        found[exercise] = (called, called and seen)
    return found


def test_what_learners_write_is_used_and_seen() -> None:
    found: dict[str, tuple[bool, bool]] = {}
    for lesson in find_lessons(NOTEBOOKS):
        found |= uses(lesson.read())
    unused = sorted(name for name, (called, _) in found.items() if not called)
    unseen = sorted(name for name, (_, seen) in found.items() if not seen)
    assert len(found) - len(unused) >= CALLED, unused
    assert len(found) - len(unseen) >= SEEN, unseen


def a_notebook(*later: str) -> dict[str, Any]:
    stub = {"cell_type": "code", "source": "def mlp(x): ...", "metadata": {"tags": ["exercise:mine"]}}
    check = {"cell_type": "code", "source": "print(twice(1))", "metadata": {"tags": ["check:mine"]}}
    cells = [{"cell_type": "code", "source": text, "metadata": {}} for text in later]
    return {"cells": [stub, check, *cells]}


@pytest.mark.parametrize(
    ("later", "called", "seen"),
    [
        ([], False, False),  # its check does not count
        (["found = 3", "print(found)"], False, False),
        (["found = twice(3)"], True, False),
        (["found = twice(3)", "print(4)"], True, False),
        (["found = twice(3)", "print(found)"], True, True),
        (["found = twice(3)", "found"], True, True),
        (["def four(x):\n    return twice(twice(x))", "axes.plot(four(1))"], True, True),
        (["rows = []\nfor x in y:\n    rows.append(twice(x))", "plt.bar(range(3), rows)"], True, True),
    ],
)
def test_a_name_that_is_used_is_told_from_one_that_is_seen(
    tmp_path: Path, later: list[str], called: bool, seen: bool
) -> None:
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "mine.py").write_text("def twice(x):\n    return 2 * x\n", encoding="utf-8")
    assert uses(a_notebook(*later), tmp_path) == {"mine": (called, seen)}
