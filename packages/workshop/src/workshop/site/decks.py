"""A deck: the pages of one workshop, from its schedule and its sections."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from workshop.errors import WorkshopError
from workshop.lessons.catalogue import find_lessons
from workshop.lessons.shortpath import is_on_path
from workshop.site.markdown import to_html
from workshop.site.schedule import Item, Workshop, read_schedule
from workshop.site.sections import Section, read_sections

UPDATES = "{updates}"
"""Ends a line that promises an update by one click."""
SHORT_PLAN = 9
"""How many lines of a plan stand below each other; a longer one takes two columns."""
LONG_PLAN = 14
"""How many lines two columns hold in large type."""


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
                    f"the schedule of {workshop.name} names a section {item.section} that is not there"
                )
    return presentation


def _with_a_short_path(notebooks: Path) -> frozenset[str]:
    """Return the lessons that have a ten-minute path; one that cannot be read counts for none."""
    found = set()
    for lesson in find_lessons(notebooks) if any(notebooks.rglob("*.ipynb")) else []:
        with contextlib.suppress(WorkshopError):
            if any(map(is_on_path, lesson.read()["cells"])):
                found.add(lesson.name)
    return frozenset(found)


def deck(presentation: Presentation, workshop: Workshop, updates: bool = False) -> str:
    """Return the whole page of a workshop's deck.

    Args:
        presentation: Everything that can be shown.
        workshop: What is held.
        updates: Whether the machine has an address for updates; else lines that promise them are left out.
    """
    slides = [_opening(workshop), _plan(presentation, workshop)]
    for start, item in zip(workshop.starts(), workshop.items, strict=True):
        slides += _item(presentation, item, start, updates)
    return presentation.page.replace("{title}", escape(workshop.title)).replace("{slides}", "\n".join(slides))


def _opening(workshop: Workshop) -> str:
    words = f"<h1>{_in_lines(workshop.title)}</h1><p class=quiet>{_length(workshop.minutes)}</p>"
    return _slide(words, "Welcome everybody. The lights on the start page are green?", 0, 0, "opening")


def _plan(presentation: Presentation, workshop: Workshop) -> str:
    rows = "".join(
        f"<tr><td>{_clock(start)}</td><td>{escape(title(presentation, item))}</td>"
        f"<td>{item.minutes} min</td></tr>"
        for start, item in zip(workshop.starts(), workshop.items, strict=True)
    )
    lines = len(workshop.items)
    kind = "plan" + (" many" if lines > SHORT_PLAN else "") + (" long" if lines > LONG_PLAN else "")
    body = f'<h2>The plan</h2><table class="{kind}">{rows}</table>'
    return _slide(body, "Where we are going; half a minute.", 0, 0)


def _item(presentation: Presentation, item: Item, start: int, updates: bool) -> list[str]:
    """Return the slides of one item; each carries its item's start, length in minutes and lessons."""
    heading = _in_lines(title(presentation, item))
    words = f"<h2>{heading}</h2><p class=quiet>until {_clock(start + item.minutes)}</p>"
    if item.section is None:
        return [_slide(words, "A break. Back on time.", start, item.minutes, "part")]
    section = presentation.sections[item.section]
    note = f"{section.talk:g} minutes of talking, then try it."
    if presentation.short.intersection(item.lessons):
        note += " In a lesson's notebook, run the cells that begin with ◆: its ten-minute path."
    opening = _slide(words, note, start, item.minutes, "part", item.lessons)
    opening = opening.replace("<section ", f'<section data-then="{escape(_then(item))}" ', 1)
    slides = []
    for number, slide in enumerate(section.slides, start=1):
        try:
            body, note = to_html(_promised(slide.text, updates)), to_html(slide.note)
        except WorkshopError as error:
            raise WorkshopError(f"section {section.name}, slide {number}: {error}") from error
        slides.append(_slide(laid_out(body), note, start, item.minutes, kind_of(body), item.lessons))
    return [opening, *slides]


def _then(item: Item) -> str:
    """Return what is tried after the slides of an item, as the speaker's window shows it."""
    names = [f"demo {name}" for name in item.demos] + [f"lesson {name}" for name in item.lessons]
    return ", ".join(names)


def kind_of(body: str) -> str:
    """Return how a slide is laid out: a picture, a list or program beside one, a question, or words."""
    if 'class="vote"' in body:
        return "vote-slide"
    if 'class="stand"' not in body:
        return "program" if "<pre>" in body else "words"
    if "<pre>" in body:
        return "beside program"
    return "beside" if "<ul>" in body or "<ol>" in body else "pictured"


STAND = re.compile(r'<p class="stand">.*?</p>', re.DOTALL)


def laid_out(body: str) -> str:
    """Return a slide's HTML: all below its title in one block, what is beside a picture in another."""
    head, mark, rest = body.partition("</h2>") if "</h2>" in body else ("", "", body)
    found = STAND.search(rest)
    if found and kind_of(body).startswith(("beside", "vote")):
        rest = f'{found[0]}<div class="side">{rest[: found.start()]}{rest[found.end() :]}</div>'
    return f'{head}{mark}<div class="body">{rest}</div>'


def _promised(text: str, updates: bool) -> str:
    """Return a slide's text; its lines that end with the mark of a promise only where that holds."""
    if updates:
        return text.replace(f" {UPDATES}", "")
    return "\n".join(line for line in text.split("\n") if not line.endswith(UPDATES))


def _slide(
    body: str, note: str, start: int, minutes: int, kind: str = "", lessons: Sequence[str] = ()
) -> str:
    opened = f' data-lessons="{escape(" ".join(lessons))}"' if lessons else ""
    return (
        f'<section class="{kind}" data-start="{start}" data-minutes="{minutes}"{opened}>{body}'
        f'<aside class="notes">{note}</aside></section>'
    )


def _in_lines(words: str) -> str:
    """Return the HTML of a title: what ends with a colon stands in a line of its own."""
    lead, colon, rest = words.partition(": ")
    return f'<span class="lead">{escape(lead)}:</span> {escape(rest)}' if colon else escape(words)


def title(presentation: Presentation, item: Item) -> str:
    """Return what an item is called."""
    return presentation.sections[item.section].title if item.section else item.title or ""


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}"


def _length(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} h"] if hours else []
    return " ".join(parts + ([f"{rest} min"] if rest else []))
