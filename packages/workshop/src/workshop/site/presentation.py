"""What the folder ``presentation/`` says: sections of slides, and the schedule of each workshop.

A section is one Markdown file, shared by every deck that names it::

    ---
    title: What a neuron does
    talk: 6
    ---
    ## The title of a slide

    Words, a formula $y = wx$, ![words for those who do not see it](figure:neuron).

    Note: what the speaker says here.

    ---

    ## The next slide

``talk`` is how many minutes the words take; playing and practising come on top, in the schedule. A slide
ends at a line of three dashes, and what follows ``Note:`` is for the speaker.

``schedule.toml`` says which workshops there are, and minute by minute what happens in each; decks, the start
page and the tests read it.
"""

from __future__ import annotations

import contextlib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lessonkit.catalogue import find_lessons
from lessonkit.errors import LessonkitError
from lessonkit.shortpath import is_on_path
from workshop.core.errors import WorkshopError

HEAD = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
BETWEEN = re.compile(r"^---$", re.MULTILINE)
NOTE = re.compile(r"^Note:\s*", re.MULTILINE)


@dataclass(frozen=True)
class Slide:
    """One slide: its Markdown, and what the speaker says beside it."""

    text: str
    note: str


@dataclass(frozen=True)
class Section:
    """A section as its file tells it."""

    name: str
    title: str
    talk: float
    """Minutes of talking."""
    slides: tuple[Slide, ...]


def read_sections(folder: Path) -> dict[str, Section]:
    """Return the sections of a folder by their names.

    Raises WorkshopError when there is none or one is not in the form described above.
    """
    sections = {path.stem: read_section(path) for path in sorted(folder.glob("*.md"))}
    if not sections:
        raise WorkshopError(f"there are no sections in {folder}")
    return sections


def read_section(path: Path) -> Section:
    """Return the section that a file holds; WorkshopError says what is wrong with its form."""
    text = path.read_text(encoding="utf-8")
    head = HEAD.match(text)
    if head is None:
        raise WorkshopError(f"{path}: does not begin with a block of '---', title and talk")
    title, talk = _settings(path, head.group(1))
    slides = tuple(_slide(part) for part in BETWEEN.split(text[head.end() :]))
    for number, slide in enumerate(slides, start=1):
        if not slide.text or not slide.note:
            raise WorkshopError(
                f"{path}: slide {number} has no {'words' if slide.note else 'note for the speaker'}"
            )
    return Section(path.stem, title, talk, slides)


def _settings(path: Path, head: str) -> tuple[str, float]:
    try:
        settings = yaml.safe_load(head)
    except yaml.YAMLError as error:
        raise WorkshopError(f"{path}: its head is not YAML ({' '.join(str(error).split())})") from error
    if not isinstance(settings, dict) or set(settings) != {"title", "talk"}:
        raise WorkshopError(f"{path}: its head must hold title and talk, nothing else")
    title, talk = settings["title"], settings["talk"]
    if not isinstance(title, str) or isinstance(talk, bool) or not isinstance(talk, int | float) or talk <= 0:
        raise WorkshopError(f"{path}: title must be words, talk minutes above 0")
    return title, float(talk)


def _slide(part: str) -> Slide:
    text, *notes = NOTE.split(part, maxsplit=1)
    return Slide(text.strip(), notes[0].strip() if notes else "")


FIELDS = {"section": str, "minutes": int, "demos": list, "lessons": list, "title": str, "whole": bool}


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
    whole: bool = False
    """Whether the lessons are done with all their exercises; else their ten-minute paths are."""


@dataclass(frozen=True)
class Workshop:
    """A workshop of a certain length."""

    name: str
    title: str
    minutes: int
    items: tuple[Item, ...]
    assumes: str = ""
    """What participants need to know before."""
    afterwards: str = ""
    """What participants can do afterwards."""
    evenings: bool = False
    """Whether each item is an evening of its own."""

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
    workshop = Workshop(
        table["name"],
        table["title"],
        table["minutes"],
        items,
        table.get("assumes", ""),
        table.get("afterwards", ""),
        table.get("evenings", False),
    )
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
        table.get("whole", False),
    )


@dataclass(frozen=True)
class Presentation:
    """Everything that the folder ``presentation/`` says."""

    sections: dict[str, Section]
    workshops: dict[str, Workshop]
    page: str
    """The page around the slides, with {title} and {slides}."""
    short: frozenset[str] = frozenset()
    """The lessons that have a ten-minute path."""


def read_presentation(source: Path) -> Presentation:
    """Read the checkout's presentation.

    Raises WorkshopError when a file is faulty, or the schedule names a section that does not exist.
    """
    folder = source / "presentation"
    try:
        page = (folder / "slides" / "deck.html").read_text(encoding="utf-8")
        presentation = Presentation(
            read_sections(folder / "sections"),
            read_schedule(folder / "schedule.toml"),
            page,
            _with_a_short_path(source / "notebooks"),
        )
    except OSError as error:
        raise WorkshopError(
            f"cannot read {error.filename} ({error.strerror}); is {source} the checkout?"
        ) from error
    for workshop in presentation.workshops.values():
        for item in workshop.items:
            if item.section and item.section not in presentation.sections:
                raise WorkshopError(
                    f"the schedule of {workshop.name} names the section {item.section}, which is missing"
                )
    return presentation


def _with_a_short_path(notebooks: Path) -> frozenset[str]:
    """Return the lessons that have a ten-minute path; one that cannot be read counts for none."""
    found = set()
    for lesson in find_lessons(notebooks) if any(notebooks.rglob("*.ipynb")) else []:
        with contextlib.suppress(LessonkitError):
            if any(map(is_on_path, lesson.read()["cells"])):
                found.add(lesson.name)
    return frozenset(found)
