"""Exercises in lessons: by their tag they are known again, and an answer belongs to whoever wrote it.

A cell tagged ``exercise:NAME`` is a stub that the participant fills in. When the workshop rewrites the stub
and it still asks for the same names with the same arguments, an answer to the old one answers the new one.
"""

from __future__ import annotations

import ast

from workshop.sync.notebook import Cell, Document, body, source

TAG = "exercise:"
LONGEST = 20_000
"""Longer texts are not parsed: they are no stubs."""


def exercise_of(cell: Cell) -> str:
    """Return the name of the exercise that a cell is; empty for other cells."""
    metadata = cell.get("metadata")
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    if not isinstance(tags, list):
        return ""
    named = [tag for tag in tags if isinstance(tag, str) and tag.startswith(TAG)]
    return named[0].removeprefix(TAG) if len(named) == 1 else ""


def asks_the_same(old: Cell, new: Cell) -> bool:
    """Tell whether two versions of a stub are one exercise, whose answers are exchangeable."""
    name = exercise_of(old)
    if not name or name != exercise_of(new):
        return False
    before, after = _asked(source(old)), _asked(source(new))
    return bool(after) and all(before.get(each) == shape for each, shape in after.items())


def answered(merged: Document, theirs: Document) -> list[str]:
    """Return the exercises whose cells hold something else than the workshop's stub, if it has one still."""
    stubs = {name: body(cell) for cell in theirs["cells"] if (name := exercise_of(cell))}
    return [name for cell in merged["cells"] if (name := exercise_of(cell)) and body(cell) != stubs.get(name)]


def _asked(text: str) -> dict[str, str]:
    """Return what a stub binds at its top level: the names, and of functions the arguments.

    Nothing where it cannot be understood.
    """
    if len(text) > LONGEST:
        return {}
    try:
        statements = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    found: dict[str, str] = {}
    for statement in statements:
        if isinstance(statement, ast.FunctionDef):
            found[statement.name] = ast.dump(statement.args)
        elif isinstance(statement, ast.ClassDef):
            found[statement.name] = "a class"
        elif isinstance(statement, ast.Assign):
            names = (node for target in statement.targets for node in ast.walk(target))
            found.update((node.id, "a value") for node in names if isinstance(node, ast.Name))
    return found
