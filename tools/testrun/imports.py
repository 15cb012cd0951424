"""Which files a file of Python depends on: by its imports, and by the paths that it names."""

from __future__ import annotations

import ast
import heapq
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import TypeGuard

ROOTS = ("", "tests")
"""Folders from which modules are imported, beside the one of the importing file and those of the packages."""
PACKAGES = re.compile(r"packages/[^/]+/(?:src|tests)(?=/)")
FAR = 3
"""The distance of a file to who names a folder of the first level, such as ``docs``; it may be a word."""


class Graph:
    """Who depends on whom in one checkout; folders that somebody names are among the files."""

    def __init__(self, root: Path, files: Iterable[str]) -> None:
        """Read the Python among the files of a checkout."""
        self.files = set(files)
        self.folders = {str(folder) for file in self.files for folder in PurePosixPath(file).parents} - {"."}
        packages = {found.group() for file in self.files if (found := PACKAGES.match(file))}
        self.roots = [*map(PurePosixPath, ROOTS), *map(PurePosixPath, sorted(packages))]
        self.users: dict[str, set[str]] = {}
        for file in self.files:
            if file.endswith(".py"):
                for used in self._needs(root, file):
                    self.users.setdefault(used, set()).add(file)

    def distances(self, start: Mapping[str, int]) -> dict[str, int]:
        """Return how far each file is from those that changed, over any number of users.

        Args:
            start: The distances to begin with.
        """
        distances: dict[str, int] = {}
        queue = [(distance, file) for file, distance in start.items()]
        heapq.heapify(queue)
        while queue:
            distance, file = heapq.heappop(queue)
            if file not in distances:
                distances[file] = distance
                for user in self.users.get(file, ()):
                    heapq.heappush(queue, (distance + 1, user))
        return distances

    def _needs(self, root: Path, file: str) -> Iterator[str]:
        folder = PurePosixPath(file).parent
        if PurePosixPath(file).name.startswith(("test_", "conftest")):
            # pytest reads these for it.
            parents = [folder, *folder.parents]
            yield from ({str(parent / "conftest.py") for parent in parents} & self.files) - {file}
        try:
            tree = ast.parse((root / file).read_bytes())
        except (OSError, SyntaxError, ValueError):
            return  # deleted, or just being written: it has no imports that anybody knows
        joined = {id(part) for node in ast.walk(tree) if _is_join(node) for part in (node.left, node.right)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield from self._modules(folder, alias.name)
            elif isinstance(node, ast.ImportFrom):
                base = "." * node.level + (node.module or "")
                for alias in node.names:
                    yield from self._modules(folder, base if base.endswith(".") else f"{base}.", alias.name)
            elif isinstance(node, ast.Constant | ast.BinOp) and id(node) not in joined:
                yield from self._paths(folder, node)

    def _modules(self, folder: PurePosixPath, name: str, attribute: str = "") -> Iterator[str]:
        """Yield the file of a module, and of the packages in which it lies.

        Args:
            folder: Of the file that imports.
            name: Of the module; a dot for each level up before it, and one after it before an attribute.
            attribute: What is taken out of it, which may be a module, too.
        """
        bare = name.lstrip(".")
        words = [word for word in bare.split(".") if word]
        if level := len(name) - len(bare):
            starts = [[folder, *folder.parents][min(level - 1, len(folder.parents))]]
        else:
            starts = [*self.roots, folder]
        for start in starts:
            path, found = start, False
            for word in [*words, attribute] if attribute else words:
                path = path / word
                for file in (f"{path}.py", f"{path}/__init__.py"):
                    if file in self.files:
                        found = True
                        yield file
            if not words and f"{start}/__init__.py" in self.files:
                yield f"{start}/__init__.py"
            if found:
                return

    def _paths(self, folder: PurePosixPath, node: ast.AST) -> Iterator[str]:
        """Yield the files and folders that a text names, or a path that is put together with ``/``."""
        words: list[str] = []
        while _is_join(node):
            words.insert(0, _text(node.right))
            node = node.left
        words.insert(0, _text(node))
        # What comes before a part that is not a text leads somewhere that only the program knows.
        while "" in words:
            words = words[words.index("") + 1 :]
        text = "/".join(words).rstrip("/")
        if text and len(text) < 200 and "\n" not in text:
            for path in (text, str(folder / text)):
                if path in self.files or path in self.folders:
                    yield path


def _is_join(node: ast.AST) -> TypeGuard[ast.BinOp]:
    """Tell whether a node puts a path together."""
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)


def _text(node: ast.AST) -> str:
    """Return the text that a node is, or nothing."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
