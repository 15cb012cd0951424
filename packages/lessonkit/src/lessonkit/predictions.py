"""Predictions in a lesson's notebook: where they stand, and what can be said about them without running it.

A cell tagged ``predict:NAME`` asks (``lessonkit.predict``); a later one, tagged ``reveal:NAME``, shows
what came out.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from lessonkit.catalogue import Cell, Notebook, tags_of
from lessonkit.cells import tree_of

PREDICT = "predict:"
REVEAL = "reveal:"
KEEP = "keep_output"

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def predictions_in(notebook: Notebook) -> list[str]:
    """Return the names of the predictions, in their order."""
    return [name for cell in notebook["cells"] for name in _tagged(cell, PREDICT)]


def faults_of_predictions(notebook: Notebook) -> Iterator[str]:
    """Yield what is wrong with the predictions of a notebook.

    Each is asked once and, later, revealed once. The question comes with choices or a range, and with a
    default that is a possible answer. What is revealed is computed behind the question. No output is kept in
    git.
    """
    cells = notebook["cells"]
    asked, revealed = _places(cells, PREDICT), _places(cells, REVEAL)
    for name in sorted(asked.keys() | revealed.keys()):
        if not _NAME.fullmatch(name):
            yield f"the name of the prediction {name!r} must be lower case words joined by hyphens"
        first, last = asked.get(name, []), revealed.get(name, [])
        if len(first) != 1 or len(last) != 1:
            yield (
                f"{name}: {len(first)} cells are tagged predict:{name} and {len(last)} reveal:{name}, "
                "there must be one of each"
            )
        elif last[0] <= first[0]:
            yield f"{name}: it is revealed before it is asked"
        else:
            for fault in _of_question(cells[first[0]], name):
                yield f"cell {first[0] + 1} asks for {name}: {fault}"
            for fault in _of_outcome(cells, name, first[0], last[0]):
                yield f"cell {last[0] + 1} reveals {name}: {fault}"
    kept = notebook.get("metadata", {}).get("git", {}).get("suppress_outputs", True) is False
    for number, cell in enumerate(cells, start=1):
        is_one = any(tag.startswith((PREDICT, REVEAL)) for tag in tags_of(cell))
        if is_one and (kept or KEEP in tags_of(cell)):
            yield f"cell {number} shows what a learner predicted, and its output would be kept in git"


def faults_between_predictions(predictions: dict[str, list[str]]) -> list[str]:
    """Return which names several predictions have; ``predictions`` holds those of every lesson."""
    counts = Counter(name for names in predictions.values() for name in set(names))
    faults = []
    for name in sorted(name for name, count in counts.items() if count > 1):
        where = ", ".join(lesson for lesson, names in predictions.items() if name in names)
        faults.append(f"the prediction name {name} is used by {where}; give each its own")
    return faults


def _tagged(cell: Cell, prefix: str) -> list[str]:
    return [tag.removeprefix(prefix) for tag in tags_of(cell) if tag.startswith(prefix)]


def _places(cells: list[Cell], prefix: str) -> dict[str, list[int]]:
    """Return where each name behind a prefix is tagged."""
    found: dict[str, list[int]] = {}
    for place, cell in enumerate(cells):
        for name in _tagged(cell, prefix):
            found.setdefault(name, []).append(place)
    return found


def _calls(cell: Cell, wanted: str, name: str) -> list[ast.Call]:
    """Return the calls of ``wanted`` in a cell whose first argument is the name; none of one with magics."""
    if (tree := tree_of(cell)) is None:
        return []
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [
        call
        for call in calls
        if ast.unparse(call.func) == wanted and call.args and _literal(call.args[0]) == name
    ]


def _literal(node: ast.expr | None) -> Any:
    """Return the value that is written down, or None."""
    try:
        return None if node is None else ast.literal_eval(node)
    except (ValueError, TypeError):
        return None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _of_question(cell: Cell, name: str) -> Iterator[str]:
    """Yield what is wrong with a question."""
    calls = _calls(cell, "ask", name)
    if len(calls) != 1:
        yield f'it has {len(calls)} times ask("{name}", …), there must be one'
        return
    (call,) = calls
    given = {keyword.arg: _literal(keyword.value) for keyword in call.keywords}
    question = _literal(call.args[1]) if len(call.args) > 1 else None
    if not isinstance(question, str) or "?" not in question:
        yield "its second argument must be a question"
    choices, between, default = given.get("choices"), given.get("between"), given.get("default")
    if isinstance(choices, list | tuple):
        if len(set(map(str, choices))) < 2:
            yield "two choices are the least"
        elif default not in choices:
            yield "its default must be one of its choices"
    elif isinstance(between, tuple) and len(between) == 2 and all(map(_is_number, between)):
        if not between[0] < between[1]:
            yield "between must name the lower number first"
        elif not _is_number(default) or not between[0] <= default <= between[1]:
            yield "its default must be a number within its range"
    else:
        yield "it needs choices=[…] or between=(lowest, highest), written down"


def _of_outcome(cells: list[Cell], name: str, asked: int, revealed: int) -> Iterator[str]:
    """Yield what is wrong with how an outcome comes about."""
    calls = _calls(cells[revealed], "reveal", name)
    if len(calls) != 1:
        yield f'it has {len(calls)} times reveal("{name}", …), there must be one'
        return
    outcome = calls[0].args[1] if len(calls[0].args) > 1 else None
    used = set() if outcome is None else _used(outcome)
    behind = set().union(*(_computed(cell) for cell in cells[asked + 1 : revealed + 1]))
    calls_something = outcome is not None and any(
        isinstance(node, ast.Call) and _used(node.func) for node in ast.walk(outcome)
    )
    if not used & behind and not calls_something:
        yield "what is revealed must be computed behind the question, not written down"


def _used(node: ast.AST) -> set[str]:
    """Return the names that an expression uses, without those of Python itself."""
    names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    return {name for name in names if not hasattr(builtins, name)}


def _computed(cell: Cell) -> set[str]:
    """Return the names that a cell binds to something that is not written down."""
    if (tree := tree_of(cell)) is None:
        return set()
    written = {
        id(target)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AnnAssign) and _is_written(node.value)
        for target in ast.walk(node)
    }
    return {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and id(node) not in written
    } | {
        node.value.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
    }


def _is_written(value: ast.expr | None) -> bool:
    """Tell whether a value is written down as it is."""
    if value is None:
        return True
    try:
        ast.literal_eval(value)
    except (ValueError, TypeError):
        return False
    return True
