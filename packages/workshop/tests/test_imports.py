"""Who may import whom: the table of docs/explanation/architecture.md.

Change it where it is wrong, never its direction.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

PACKAGES = Path(__file__).resolve().parents[2]
HOUSES = [*sorted(PACKAGES.glob("*/src")), PACKAGES.parent / "benchmarks"]
FOUNDATION = {"core", "__init__"}
"""What every other room may import; it imports nothing above it."""
MAY_IMPORT = {
    "__main__": set(),
    "bench": set(),
    "courses": {"datasets", "lessonkit", "sync"},
    "datasets": set(),
    "jupyter": {"courses", "machine", "sync"},
    "lessons": {"jupyter", "lessonkit", "machine"},
    "machine": {"datasets", "sync"},
    "site": {"courses", "datasets", "lessonkit", "lessons", "sync", "teach"},
    "sync": set(),
    "teach": {"datasets", "lessonkit", "lessons"},
    "lessonkit": set(),
    "organiser": {"courses", "datasets", "lessonkit", "lessons", "site", "sync"},
}  # fmt: skip
"""The rooms of workshop, and two packages: what each may import besides the foundation."""


@functools.cache
def imports_of(path: Path) -> list[ast.stmt]:
    """Return the imports of a file, wherever in it."""
    tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return [node for node in tree if isinstance(node, ast.Import | ast.ImportFrom)]


def imported(path: Path) -> Iterator[tuple[str, str]]:
    """Yield package and room of each module of ours that a file imports."""
    for node in imports_of(path):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: imports are absolute"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            package, _, rest = name.partition(".")
            if package in ("lessonkit", "workshop", "organiser", "bubblebreaker", "benchmarks"):
                room = rest.partition(".")[0]
                source = PACKAGES / package / "src" / package
                is_room = (source / room).is_dir() or (source / f"{room}.py").is_file()
                yield package, room if room and is_room else "__init__"


def rooms() -> dict[str, set[tuple[str, str]]]:
    """Return what each room of the packages imports of the others."""
    found: dict[str, set[tuple[str, str]]] = {}
    for package in ("lessonkit", "workshop", "organiser", "bubblebreaker"):
        source = PACKAGES / package / "src" / package
        for path in source.rglob("*.py"):
            room = path.relative_to(source).parts[0].removesuffix(".py") if package == "workshop" else package
            found.setdefault(room, set()).update(imported(path))
    return found


def test_each_room_imports_what_the_table_allows() -> None:
    for room, others in rooms().items():
        if room in ("bubblebreaker", "lessonkit"):
            assert {package for package, _ in others} <= {room}
            continue
        allowed = FOUNDATION | ({room} if room in MAY_IMPORT else set()) | MAY_IMPORT.get(room, set())
        found = {other for package, other in others if package == "workshop"}
        found |= {"lessonkit"} & {package for package, _ in others}
        assert found <= allowed, room
        inside = {"organiser"} if room == "organiser" else set()
        assert {package for package, _ in others} - {"lessonkit", "workshop"} <= inside, room


def test_the_table_names_every_room_and_has_no_circle() -> None:
    assert set(rooms()) - {"bubblebreaker"} == set(MAY_IMPORT) | FOUNDATION

    def visit(room: str, way: tuple[str, ...]) -> None:
        assert room not in way, f"a circle: {' → '.join((*way, room))}"
        for other in MAY_IMPORT.get(room, ()):
            visit(other, (*way, room))

    for room in MAY_IMPORT:
        visit(room, ())


def needed_by(module: str, path: Path, modules: Collection[str]) -> set[str]:
    """Return which of the modules a file imports: at its top, in a function, or for its types alone."""
    found = set()
    for node in imports_of(path):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            inside = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= inside & set(modules) or {str(node.module)}
    return (found & set(modules)) - {module}


@pytest.mark.parametrize("house", HOUSES, ids=lambda path: path.parent.name)
def test_no_two_files_need_each_other(house: Path) -> None:
    """Not by any way round either, however late one is imported."""
    start = house if house.name == "src" else house.parent
    modules = {".".join(path.relative_to(start).with_suffix("").parts): path for path in house.rglob("*.py")}
    needs = {module: needed_by(module, path, modules) for module, path in modules.items()}
    # What needs nothing that is left is taken away, again and again; what stays is a circle, or leans on one.
    while free := {module for module, others in needs.items() if not others}:
        needs = {module: others - free for module, others in needs.items() if module not in free}
    assert needs == {}
