"""The lessons: which there are, which of them a word means, and what each one's notebook says about itself.

A notebook gives its title, kernel, minutes, budgets and bars in its metadata, and marks exercises and their
checks by the tags of its cells.
"""

from __future__ import annotations

import ast
import difflib
import json
import math
import re
import reprlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from lessonkit.errors import LessonkitError

Notebook = dict[str, Any]
Cell = dict[str, Any]
Choice = TypeVar("Choice", bound=StrEnum)
Part = TypeVar("Part", dict[str, Any], list[Any], str, int)

WORK = "work"
MEMORY = "rss_mb"
BUDGET_UNITS = {WORK: "s of work", MEMORY: "MB"}
YARDSTICK = "yardstick"
METADATA = "lessonkit"
"""What a notebook says about itself stands under this key of its metadata."""
SOLUTIONS = "solutions"
EXERCISE = "exercise:"
CHECK = "check:"
MAY_RAISE = "raises-exception"
"""Jupyter's own tag: Run All goes on behind a cell that raises."""
PARAMETERS = "parameters"
INJECTED = "injected-parameters"
LARGEST = 1e9
"""No setting is larger; beyond, clocks that wait for so many seconds overflow."""
_TYPES: dict[type, str] = {dict: "an object", list: "a list", str: "a text", int: "a whole number"}


class Profile(StrEnum):
    """How much of a lesson's work is done: ``fast`` proves that it runs, ``full`` teaches."""

    FAST = "fast"
    FULL = "full"


class Kind(StrEnum):
    """A ``lesson`` has exercises; a ``tool`` (a check of the machine, a chooser) has none."""

    LESSON = "lesson"
    TOOL = "tool"


@dataclass(frozen=True)
class Bar:
    """The range that a metric must lie in."""

    minimum: float = -math.inf
    maximum: float = math.inf
    profiles: frozenset[Profile] = frozenset({Profile.FULL})
    yardstick: bool = False
    """The metric is a time by the processor's clock, and the bar is one of the reference machine."""


@dataclass(frozen=True)
class About:
    """The settings of one lesson, read from the metadata of its notebook."""

    title: str
    kernel: str
    kind: Kind = Kind.LESSON
    minutes: float | None = None
    budget: dict[Profile, dict[str, float]] = field(default_factory=dict)
    """For each profile the most that it may take, by the keys of ``BUDGET_UNITS``."""
    bars: dict[str, Bar] = field(default_factory=dict)
    short_work: float | None = None
    """The work of the cells of its ten-minute path (``shortpath``), in full, as it was measured."""


@dataclass(frozen=True)
class Lesson:
    """A lesson: its name, and the notebook that is its one source."""

    name: str
    path: Path

    def read(self) -> Notebook:
        """Return the notebook as it is on disk.

        Raises LessonkitError, naming the file and the cell, when it is not a notebook of format 4.
        """
        try:
            notebook: Notebook = json.loads(self.path.read_text(encoding="utf-8"))
            json.dumps(notebook, ensure_ascii=False).encode()  # half a character cannot be shown
        except (ValueError, RecursionError) as error:
            raise LessonkitError(f"{self.path} is not a notebook ({error}); restore it from git") from error
        except OSError as error:
            raise LessonkitError(f"{self.path} cannot be read ({error.strerror}); restore it") from error
        try:
            _check_shape(notebook)
        except ValueError as error:
            why = f"is not a notebook of format 4: {error}; save it with JupyterLab"
            raise LessonkitError(f"{self.path} {why}") from error
        return notebook


def _check_shape(notebook: Any) -> None:
    """Refuse what does not have the shape of a notebook as far as this package relies on it.

    Raises ValueError, naming the cell and the key.
    """
    if not isinstance(notebook, dict) or "cells" not in notebook:
        raise ValueError("it has no cells")
    for key in ("nbformat", "nbformat_minor"):
        _part(notebook, key, int)
    metadata = _part(notebook, "metadata", dict)
    for key in ("git", "kernelspec"):
        _part(metadata, key, dict, "metadata.")
    for number, cell in enumerate(_part(notebook, "cells", list), start=1):
        if not isinstance(cell, dict):
            raise ValueError(f"cell {number} must be an object")
        where = f"cell {number} ({cell['id']}): " if isinstance(cell.get("id"), str) else f"cell {number}: "
        if cell.get("cell_type") not in ("code", "markdown", "raw"):
            raise ValueError(f"{where}cell_type must be code, markdown or raw")
        _part(cell, "attachments", dict, where)
        tags = _part(_part(cell, "metadata", dict, where), "tags", list, f"{where}metadata.")
        source = cell.get("source", "")
        lines = [source] if isinstance(source, str) else _part(cell, "source", list, where)
        if not all(isinstance(line, str) for line in tags + lines):
            raise ValueError(f"{where}its lines and tags must be texts")


def _part(parent: dict[str, Any], key: str, kind: type[Part], where: str = "") -> Part:
    """Return what an object has under a key, by default something empty; refuse another type."""
    value = parent.get(key, kind())
    if not isinstance(value, kind):
        raise ValueError(f"{where}{key} must be {_TYPES[kind]}")
    return value


def source_of(cell: Cell) -> str:
    """Return the text of a cell, which a file may hold as one text or as a list of lines."""
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def tags_of(cell: Cell) -> list[str]:
    """Return the tags of a cell."""
    tags: list[str] = cell.get("metadata", {}).get("tags", [])
    return tags


def about(name: str, notebook: Notebook) -> About:
    """Read the settings of the lesson ``name`` from its notebook.

    Raises LessonkitError, naming the lesson and the key, when a setting cannot be understood.
    """
    metadata = notebook.get("metadata", {})
    settings = metadata.get(METADATA, {})
    try:
        _only(settings, {"title", "kind", "minutes", "budget", "bars", "short_path"}, METADATA)
        short = settings.get("short_path", {})
        _only(short, {WORK}, "short_path")
        return About(
            title=_part(settings, "title", str) or _first_heading(notebook) or name,
            kernel=_part(_part(metadata, "kernelspec", dict), "name", str, "kernelspec."),
            kind=_choice(Kind, settings.get("kind", "lesson"), "kind"),
            minutes=_number(settings["minutes"], "minutes") if "minutes" in settings else None,
            budget=_read_budget(settings.get("budget", {})),
            bars=_read_bars(settings.get("bars", {})),
            short_work=_number(short[WORK], f"short_path.{WORK}") if WORK in short else None,
        )
    except ValueError as error:
        raise LessonkitError(f"{name}: metadata of the notebook: {error}") from error


def _first_heading(notebook: Notebook) -> str:
    """Return the text of the first heading, or nothing."""
    for cell in notebook["cells"]:
        if cell.get("cell_type") == "markdown":
            for line in source_of(cell).splitlines():
                if line.startswith("# "):
                    return line[2:].strip()
    return ""


def _read_budget(values: Any) -> dict[Profile, dict[str, float]]:
    """Read what each profile may take."""
    _only(values, set(Profile), "budget")
    budget = {}
    for profile, limits in values.items():
        _only(limits, set(BUDGET_UNITS), f"budget.{profile}")
        budget[Profile(profile)] = {
            key: _number(limits[key], f"budget.{profile}.{key}") for key in BUDGET_UNITS if key in limits
        }
    return budget


def _read_bars(values: Any) -> dict[str, Bar]:
    """Read the range of each metric."""
    if not isinstance(values, dict):
        raise ValueError("bars must be an object")
    bars = {}
    for metric, limits in values.items():
        _only(limits, {"min", "max", "profiles", "unit"}, f"bars.{metric}")
        if limits.get("unit", YARDSTICK) != YARDSTICK:
            raise ValueError(f"bars.{metric}.unit must be {YARDSTICK}, not {reprlib.repr(limits['unit'])}")
        profiles = limits.get("profiles", ["full"])
        if not isinstance(profiles, list):
            raise ValueError(f"bars.{metric}.profiles must be a list")
        bars[metric] = Bar(
            minimum=_number(limits["min"], f"bars.{metric}.min") if "min" in limits else -math.inf,
            maximum=_number(limits["max"], f"bars.{metric}.max") if "max" in limits else math.inf,
            profiles=frozenset(_choice(Profile, profile, f"bars.{metric}.profiles") for profile in profiles),
            yardstick="unit" in limits,
        )
    return bars


def _only(values: Any, known: set[str], where: str) -> None:
    """Refuse anything but an object with the known keys."""
    if not isinstance(values, dict):
        raise ValueError(f"{where} must be an object")
    if unknown := sorted(set(values) - known):
        raise ValueError(f"{where} has the unknown key {unknown[0]!r}; known are {', '.join(sorted(known))}")


def _number(value: Any, where: str) -> float:
    """Refuse anything but a number of a size that clocks can take."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= LARGEST:
        raise ValueError(f"{where} must be a number up to {LARGEST:g}, not {reprlib.repr(value)}")
    return value


def _choice(choices: type[Choice], value: Any, where: str) -> Choice:
    """Refuse anything but a member of the enumeration."""
    if not isinstance(value, str) or value not in set(choices):
        raise ValueError(f"{where} must be one of {', '.join(choices)}, not {reprlib.repr(value)}")
    return choices(value)


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

    Raises LessonkitError when there is none, or when it is not Python.
    """
    path = solution_path(notebooks, exercise)
    shown = f"{SOLUTIONS}/{path.name}"
    try:
        text = path.read_text(encoding="utf-8")
        ast.parse(text)
    except FileNotFoundError as error:
        raise LessonkitError(f"the exercise {exercise} has no solution; write {shown}") from error
    except (SyntaxError, UnicodeDecodeError, ValueError) as error:
        raise LessonkitError(f"the solution {shown} is not Python: {error}") from error
    return text.rstrip("\n")


class UnknownLessonError(LessonkitError):
    """A word names no lesson, or several; the message says which ones are near."""


def find_lessons(folder: Path) -> list[Lesson]:
    """Return every lesson below ``folder``, sorted by name; solutions and hidden folders hold none."""
    lessons = []
    for path in folder.rglob("*.ipynb"):
        parts = path.relative_to(folder).parts
        if parts[0] != SOLUTIONS and not any(part.startswith(".") for part in parts):
            lessons.append(Lesson("/".join(parts).removesuffix(".ipynb"), path))
    if not lessons:
        raise LessonkitError(f"{folder} holds no lessons; use --notebooks DIR")
    return sorted(lessons, key=_natural)


def choose(lessons: list[Lesson], words: Iterable[str], listing: str = "lessonkit list") -> list[Lesson]:
    """Return the lessons that the words mean, each once and in their order; no words mean all.

    ``listing`` is the command that lists them, which the message of a fault names.

    Raises UnknownLessonError for a word that means nothing or is not unique.
    """
    wanted = {lesson.name for word in words for lesson in _named(lessons, word, listing)}
    return [lesson for lesson in lessons if lesson.name in wanted] if wanted else lessons


def _named(lessons: list[Lesson], word: str, listing: str) -> list[Lesson]:
    """Return the one lesson, or the lessons of the chapter, that the word means."""
    word = word.removesuffix(".ipynb").strip("/")
    exact = [lesson for lesson in lessons if lesson.name == word]
    chapter = [lesson for lesson in lessons if word in _folders(lesson.name)]
    short = [lesson for lesson in lessons if word in _short_names(lesson.name)]
    suffix = [lesson for lesson in lessons if lesson.name.endswith(f"-{word}")]
    for found in (exact, short, suffix):
        if len(found) > 1:
            names = ", ".join(lesson.name for lesson in found)
            raise UnknownLessonError(f"'{word}' may mean {names}; say which")
        if found:
            return found
    if chapter:
        return chapter
    raise UnknownLessonError(f"there is no lesson '{word}'; {_near(lessons, word, listing)}")


def _near(lessons: list[Lesson], word: str, listing: str) -> str:
    """Say which names are near the word."""
    spellings = {
        spelling: lesson.name for lesson in lessons for spelling in {lesson.name, *_short_names(lesson.name)}
    }
    close = difflib.get_close_matches(word, spellings, n=3, cutoff=0.5)
    names = dict.fromkeys(spellings[spelling] for spelling in close)
    return f"near it: {', '.join(names)}" if names else f"see '{listing}'"


def _short_names(name: str) -> set[str]:
    """Return the other names of a lesson: without the folder, without the numbers."""
    bare = "/".join(_without_number(part) for part in name.split("/"))
    return {name.rpartition("/")[2], bare, bare.rpartition("/")[2]}


def _folders(name: str) -> set[str]:
    """Return the names of a lesson's chapter."""
    folder = name.rpartition("/")[0]
    return {folder, _without_number(folder)} - {""}


def _without_number(part: str) -> str:
    """Turn ``10-mlp`` into ``mlp``."""
    return re.sub(r"^\d+-", "", part)


def _natural(lesson: Lesson) -> list[tuple[int, str]]:
    """Sort ``9-tools`` before ``10-more``."""
    parts = [re.match(r"(\d*)(.*)", part) for part in lesson.name.split("/")]
    return [(int(part[1] or 0), part[2]) for part in parts if part]
