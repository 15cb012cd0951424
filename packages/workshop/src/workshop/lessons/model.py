"""What a lesson's notebook says about itself: title, kernel, minutes, budgets and bars."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from workshop.errors import WorkshopError

Notebook = dict[str, Any]
Cell = dict[str, Any]
Choice = TypeVar("Choice", bound=StrEnum)

WORK = "work"
MEMORY = "rss_mb"
BUDGET_UNITS = {WORK: "s of work", MEMORY: "MB"}
YARDSTICK = "yardstick"


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


@dataclass(frozen=True)
class Lesson:
    """A lesson: its name, and the notebook that is its one source."""

    name: str
    path: Path

    def read(self) -> Notebook:
        """Return the notebook as it is on disk.

        Raises WorkshopError when the file is no notebook of format 4.
        """
        try:
            notebook = json.loads(self.path.read_text(encoding="utf-8"))
        except (UnicodeDecodeError, json.JSONDecodeError) as error:
            raise WorkshopError(f"{self.path} is not a notebook ({error}); restore it from git") from error
        if not _is_notebook(notebook):
            raise WorkshopError(f"{self.path} is not a notebook of format 4; save it with JupyterLab")
        checked: Notebook = notebook
        return checked


def _is_notebook(value: Any) -> bool:
    """Tell whether a JSON value has the shape of a notebook as far as this package relies on it."""
    if not isinstance(value, dict) or not isinstance(value.get("cells"), list):
        return False
    metadata = value.get("metadata", {})
    return (
        isinstance(metadata, dict)
        and isinstance(metadata.get("kernelspec", {}), dict)
        and all(map(_is_cell, value["cells"]))
    )


def _is_cell(value: Any) -> bool:
    """Tell whether a JSON value has the shape of a cell."""
    if not isinstance(value, dict) or not isinstance(value.get("metadata", {}), dict):
        return False
    source, tags = value.get("source", ""), value.get("metadata", {}).get("tags", [])
    return (isinstance(source, str) or _is_lines(source)) and _is_lines(tags)


def _is_lines(value: Any) -> bool:
    """Tell whether a JSON value is a list of texts."""
    return isinstance(value, list) and all(isinstance(line, str) for line in value)


def source_of(cell: Cell) -> str:
    """Return the text of a cell, which a file may hold as one text or as a list of lines."""
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def tags_of(cell: Cell) -> list[str]:
    """Return the tags of a cell."""
    tags = cell.get("metadata", {}).get("tags", [])
    return [str(tag) for tag in tags]


def about(name: str, notebook: Notebook) -> About:
    """Read the settings of the lesson ``name`` from its notebook.

    Raises WorkshopError, naming the lesson and the key, when a setting cannot be understood.
    """
    metadata = notebook.get("metadata", {})
    settings = metadata.get("workshop", {})
    try:
        _only(settings, {"title", "kind", "minutes", "budget", "bars"}, "workshop")
        return About(
            title=str(settings.get("title") or _first_heading(notebook) or name),
            kernel=str(metadata.get("kernelspec", {}).get("name", "")),
            kind=_choice(Kind, settings.get("kind", "lesson"), "kind"),
            minutes=_number(settings["minutes"], "minutes") if "minutes" in settings else None,
            budget=_read_budget(settings.get("budget", {})),
            bars=_read_bars(settings.get("bars", {})),
        )
    except ValueError as error:
        raise WorkshopError(f"{name}: metadata of the notebook: {error}") from error


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
            raise ValueError(f"bars.{metric}.unit must be {YARDSTICK}, not {limits['unit']!r}")
        profiles = limits.get("profiles", ["full"])
        if not isinstance(profiles, list):
            raise ValueError(f"bars.{metric}.profiles must be a list")
        bars[metric] = Bar(
            minimum=_number(limits.get("min", -math.inf), f"bars.{metric}.min"),
            maximum=_number(limits.get("max", math.inf), f"bars.{metric}.max"),
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
    """Refuse anything but a number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{where} must be a number, not {value!r}")
    return value


def _choice(choices: type[Choice], value: Any, where: str) -> Choice:
    """Refuse anything but a member of the enumeration."""
    if not isinstance(value, str) or value not in set(choices):
        raise ValueError(f"{where} must be one of {', '.join(choices)}, not {value!r}")
    return choices(value)
