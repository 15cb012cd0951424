"""The schedule: which workshops there are, and minute by minute what happens in each.

``presentation/schedule.toml`` is the one source; decks, the start page and the tests read it.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workshop.errors import WorkshopError

FIELDS = {"section": str, "minutes": int, "demos": list, "lessons": list, "title": str}


@dataclass(frozen=True)
class Item:
    """One line of a workshop's schedule: a section of slides, then demos and lessons to try; or a break."""

    minutes: int
    section: str | None = None
    """The section shown; None for a break."""
    title: str | None = None
    """What a break is called."""
    demos: tuple[str, ...] = ()
    lessons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Workshop:
    """A workshop of a certain length."""

    name: str
    title: str
    minutes: int
    items: tuple[Item, ...]

    def starts(self) -> list[int]:
        """Return the minute at which each item begins."""
        return [sum(item.minutes for item in self.items[:number]) for number in range(len(self.items))]


def read_schedule(path: Path) -> dict[str, Workshop]:
    """Return the workshops by their names.

    Raises WorkshopError when the file is not in its form, or a workshop's items do not add up to its minutes.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise WorkshopError(f"{path}: {error}") from error
    workshops = [_workshop(path, table) for table in document.get("workshop", [])]
    if not workshops:
        raise WorkshopError(f"{path}: names no workshop")
    return {workshop.name: workshop for workshop in workshops}


def _workshop(path: Path, table: dict[str, Any]) -> Workshop:
    missing = {"name", "title", "minutes", "item"} - set(table)
    if missing:
        raise WorkshopError(f"{path}: a workshop lacks {', '.join(sorted(missing))}")
    items = tuple(_item(f"{path}: {table['name']}", each) for each in table["item"])
    workshop = Workshop(table["name"], table["title"], table["minutes"], items)
    total = sum(item.minutes for item in items)
    if total != workshop.minutes:
        raise WorkshopError(f"{path}: {workshop.name} has {workshop.minutes} minutes, its items {total}")
    return workshop


def _item(where: str, table: dict[str, Any]) -> Item:
    for key, value in table.items():
        if key not in FIELDS or not isinstance(value, FIELDS[key]):
            raise WorkshopError(f"{where}: an item has no use for {key} = {value!r}")
    if table.get("minutes", 0) <= 0 or not ("section" in table) ^ ("title" in table):
        raise WorkshopError(f"{where}: an item needs minutes above 0 and a section or, for a break, a title")
    return Item(
        table["minutes"],
        table.get("section"),
        table.get("title"),
        tuple(table.get("demos", ())),
        tuple(table.get("lessons", ())),
    )
