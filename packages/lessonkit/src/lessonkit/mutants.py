"""Every change of a solution by one step: an operator, a constant, an axis, an index.

A check that lets many of them pass is not sharp: a learner's slip looks just like that. The tools for
whole projects (mutmut, cosmic-ray) run a test command a mutant; here a mutant is one more cell.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator

_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
}
_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
Change = tuple[ast.AST, Callable[[ast.AST], ast.AST]]


def mutants(text: str) -> dict[str, str]:
    """Return the mutants of a cell: by "line: before → after" the whole text."""
    tree = ast.parse(text)
    found = {}
    for place, node in enumerate(ast.walk(tree)):
        for after in _changed(node):
            changed = _replace(tree, place, after)
            key = f"{getattr(node, 'lineno', 0)}: {ast.unparse(node)} → {ast.unparse(after)}"
            while key in found:
                key = key.replace(": ", ":  ", 1)
            found[key] = ast.unparse(ast.fix_missing_locations(changed))
    return found


def _replace(tree: ast.Module, place: int, after: ast.AST) -> ast.Module:
    """Return a copy of the tree with the node at a place of the walk replaced."""
    changed = copy.deepcopy(tree)
    target = next(node for index, node in enumerate(ast.walk(changed)) if index == place)
    for parent in ast.walk(changed):
        for name, value in ast.iter_fields(parent):
            if value is target:
                setattr(parent, name, after)
            elif isinstance(value, list) and any(each is target for each in value):
                value[:] = [after if each is target else each for each in value]
    return changed


def _changed(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what a node becomes by one step."""
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in _OPERATORS:
        yield _with(node, op=_OPERATORS[type(node.op)]())
    elif isinstance(node, ast.Compare):
        for index, comparison in enumerate(node.ops):
            ops = list(node.ops)
            ops[index] = _COMPARISONS[type(comparison)]()
            yield _with(node, ops=ops)
    elif isinstance(node, ast.BoolOp):
        yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    elif isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.UAdd):
        yield copy.deepcopy(node.operand)
    elif isinstance(node, ast.keyword) and node.arg == "axis" and isinstance(node.value, ast.Constant):
        if isinstance(node.value.value, int):
            yield _with(node, value=ast.Constant(0 if node.value.value else 1))
    elif isinstance(node, ast.Constant):
        yield from _other_constants(node.value)


def _other_constants(value: object) -> Iterator[ast.Constant]:
    """Yield the neighbours of a constant."""
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int | float):
        yield ast.Constant(value + 1)
        if isinstance(value, int) and value > 0:
            yield ast.Constant(value - 1)


def _with(node: ast.AST, **fields: object) -> ast.AST:
    """Return a copy of a node with other fields."""
    changed = copy.deepcopy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed
