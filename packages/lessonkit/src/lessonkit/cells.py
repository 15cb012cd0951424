"""The code in a lesson's cells, read and not run: pictures that nobody sees, helpers that are replaced.

A notebook shows what a cell's last statement returns, if that is a plain expression, and nothing else. A
picture that is returned further up, within a loop or within a check is lost without a word, unless
``display`` gets it.
"""

from __future__ import annotations

import ast
import contextlib
import functools
from collections.abc import Iterator, Mapping
from pathlib import Path

from lessonkit.catalogue import Cell, Notebook, source_of

SHOWN = ("Figure", "Widget", "HTML", "SVG", "Box", "Tinted", "Board", "DOMWidget")
"""Parts of the names of what is to be looked at, as annotations and base classes have them."""


def tree_of(cell: Cell) -> ast.Module | None:
    """Return what a cell of code is made of; None for text, magics, and what is nested beyond measure."""
    return _parsed(source_of(cell)) if cell.get("cell_type") == "code" else None


@functools.lru_cache(maxsize=256)
def _parsed(source: str) -> ast.Module | None:
    with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        tree = ast.parse(source)
        ast.unparse(tree)  # which goes as deep as whatever looks into the tree
        return tree
    return None


def hidden_pictures(notebook: Notebook, sources: Mapping[str, Path]) -> Iterator[str]:
    """Yield the calls whose picture is thrown away.

    ``sources`` says for packages where theirs are read; nothing is imported for it.
    """
    modules: dict[str, str] = {}
    for number, cell in enumerate(notebook["cells"], start=1):
        tree = tree_of(cell)
        if tree is None:
            continue
        modules |= _imported(tree)
        last = tree.body[-1] if tree.body else None
        for node in ast.walk(tree):
            if isinstance(node, ast.Expr) and node is not last and isinstance(node.value, ast.Call):
                called = ast.unparse(node.value.func)
                if _makes_a_picture(_whole_name(called, modules), sources):
                    yield (
                        f"cell {number}, line {node.lineno}: nobody sees the picture of {called}(…); "
                        "make it the last line of the cell, or give it to display(…)"
                    )


def replaced_helpers(notebook: Notebook) -> Iterator[str]:
    """Yield the cells that bind ask, reveal or check anew: whoever goes back to a question meets an error."""
    helpers: set[str] = set()
    for number, cell in enumerate(notebook["cells"], start=1):
        tree = tree_of(cell)
        if tree is None:
            continue
        own = {name for name, whole in _imported(tree).items() if whole.startswith("lessonkit.")}
        for name in sorted((_bound_at_once(tree) - own) & helpers):
            yield f"cell {number} writes over {name}(…); give its own {name} another name"
        helpers |= own


def _imported(tree: ast.Module) -> dict[str, str]:
    """Return for each name that is imported its whole name."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
        elif isinstance(node, ast.Import):
            found |= {each.asname: each.name for each in node.names if each.asname}
    return found


def _bound_at_once(tree: ast.Module) -> set[str]:
    """Return the names that the statements of a cell bind outside of functions and classes."""
    found: set[str] = set()
    ahead: list[ast.AST] = list(tree.body)
    while ahead:
        node = ahead.pop()
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif not isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
            ahead += ast.iter_child_nodes(node)
    return found


def _whole_name(called: str, imported: dict[str, str]) -> str:
    first, dot, rest = called.partition(".")
    return imported.get(first, first) + dot + rest


def _makes_a_picture(whole: str, sources: Mapping[str, Path]) -> bool:
    """Tell whether a function of the house returns something to look at, or a class is one."""
    package, _, rest = whole.partition(".")
    module, _, name = rest.rpartition(".")
    return package in sources and bool(module) and _is_picture(sources[package], module, name)


@functools.cache
def _is_picture(source: Path, module: str, name: str) -> bool:
    path = source.joinpath(*module.split("."))
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if file.is_file():
            for node in ast.parse(file.read_text(encoding="utf-8")).body:
                if getattr(node, "name", "") == name:
                    return _is_shown(node)
    return False


def _is_shown(node: ast.stmt) -> bool:
    """Tell whether a function is annotated with something to look at, or a class is derived from it."""
    if isinstance(node, ast.FunctionDef):
        said = [] if node.returns is None else [ast.unparse(node.returns)]
    elif isinstance(node, ast.ClassDef):
        methods = {each.name for each in node.body if isinstance(each, ast.FunctionDef)}
        if methods & {"_repr_html_", "_repr_mimebundle_", "_ipython_display_"}:
            return True
        said = [ast.unparse(base) for base in node.bases]
    else:
        said = []
    return any(part in each for each in said for part in SHOWN)
