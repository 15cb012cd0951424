"""A section of the slides: one Markdown file, shared by every deck that names it.

::

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
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from workshop.errors import WorkshopError

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
        raise WorkshopError(f"{path}: begins with no block of '---', title and talk")
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
        raise WorkshopError(f"{path}: its head is no YAML ({' '.join(str(error).split())})") from error
    if not isinstance(settings, dict) or set(settings) != {"title", "talk"}:
        raise WorkshopError(f"{path}: its head must hold title and talk, nothing else")
    title, talk = settings["title"], settings["talk"]
    if not isinstance(title, str) or isinstance(talk, bool) or not isinstance(talk, int | float) or talk <= 0:
        raise WorkshopError(f"{path}: title must be words, talk minutes above 0")
    return title, float(talk)


def _slide(part: str) -> Slide:
    text, *notes = NOTE.split(part, maxsplit=1)
    return Slide(text.strip(), notes[0].strip() if notes else "")
