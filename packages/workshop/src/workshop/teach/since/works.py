"""The dated run-down: read, checked, and asked how old it is."""

from __future__ import annotations

import datetime
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from workshop.core.errors import WorkshopError

FILE = Path(__file__).with_name("since.toml")
TOPICS = {
    "seeing": "#0068b5",
    "playing": "#4c9a2a",
    "making": "#c8102e",
    "text": "#7b4ab8",
    "scale": "#8a6d00",
}
"""What a work is about, with its colour on white."""
A_YEAR = datetime.timedelta(days=365)


@dataclass(frozen=True)
class Work:
    """One work: what it claimed, by which number, and what is left; ``since.toml`` explains the fields."""

    year: int
    name: str
    who: str
    topic: str
    claim: str
    number: str
    source: str
    survived: str
    tried: str
    lesson: str


@dataclass(frozen=True)
class Winner:
    """A winner of the ImageNet challenge; ``error`` in per cent of the test pictures, top five answers."""

    year: int
    error: float
    network: str
    source: str


@dataclass(frozen=True)
class Run:
    """One training run and its operations."""

    year: int
    name: str
    operations: float
    source: str


@dataclass(frozen=True)
class Text:
    """A network that learned from text."""

    year: int
    name: str
    weights: float
    tokens: float
    source: str


@dataclass(frozen=True)
class Here:
    """A network of one of our lessons; ``examples`` are digits or places of a text."""

    name: str
    lesson: str
    weights: int
    examples: int
    source: str


@dataclass(frozen=True)
class Framework:
    """A framework; ``last`` is None while it lives."""

    name: str
    first: int
    note: str
    source: str
    last: int | None = None


@dataclass(frozen=True)
class Since:
    """All that the file holds."""

    checked: datetime.date
    works: tuple[Work, ...]
    imagenet: tuple[Winner, ...]
    compute: tuple[Run, ...]
    text: tuple[Text, ...]
    here: tuple[Here, ...]
    frameworks: tuple[Framework, ...]


Row = TypeVar("Row", Work, Winner, Run, Text, Here, Framework)


def read_since(path: Path = FILE) -> Since:
    """Return the run-down.

    Raises WorkshopError when the file cannot be read or a row lacks something or says something unknown.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WorkshopError(f"{path} cannot be read ({error}); get it from the checkout") from error
    checked = document.get("checked")
    if type(checked) is not datetime.date:
        raise WorkshopError(f"{path} does not say when it was checked; write checked = YYYY-MM-DD")
    return Since(
        checked,
        _rows(Work, document, "work", path),
        _rows(Winner, document, "imagenet", path),
        _rows(Run, document, "compute", path),
        _rows(Text, document, "text", path),
        _rows(Here, document, "here", path),
        _rows(Framework, document, "framework", path),
    )


def _rows(kind: type[Row], document: dict[str, Any], table: str, path: Path) -> tuple[Row, ...]:
    known = {field.name for field in fields(kind)}
    needed = {field.name for field in fields(kind) if field.default is MISSING}
    found = []
    for number, row in enumerate(document.get(table, []), start=1):
        if wrong := sorted((needed - set(row)) | (set(row) - known)):
            name = row.get("name", row.get("year", number))
            raise WorkshopError(f"{path}: {table} {name} lacks or does not know {', '.join(wrong)}")
        found.append(kind(**row))
    if not found:
        raise WorkshopError(f"{path}: there is no [[{table}]]")
    return tuple(found)


def about(works: Sequence[Work], topic: str = "", last: int = 9999) -> list[Work]:
    """Return the works of a topic (empty: of all) until a year, the newest last."""
    return [work for work in works if topic in ("", work.topic) and work.year <= last]


def age_warning(today: datetime.date, path: Path = FILE) -> str:
    """Return one line when the run-down is older than a year, else an empty text.

    Raises WorkshopError when it cannot be read.
    """
    checked = read_since(path).checked
    if today - checked <= A_YEAR:
        return ""
    return (
        f"{path.name} was last checked on {checked}, more than a year ago: look its numbers up again, "
        "add what is new, and date it anew"
    )


if __name__ == "__main__":
    # Of a release: on the day that is named, else today.
    named = sys.argv[1] if len(sys.argv) > 1 else ""
    now = datetime.datetime.now(tz=datetime.UTC).date()
    if said := age_warning(datetime.date.fromisoformat(named) if named else now):
        print(said)
