"""The slides' part of the site: a page for each workshop, what drives it, and the libraries."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from html import escape
from math import ceil
from pathlib import Path
from typing import Any

from workshop.core.errors import WorkshopError
from workshop.core.schedule import length
from workshop.site.markdown import to_html
from workshop.site.presentation import Item, Presentation, Workshop, read_presentation

UPDATES = "{updates}"
"""Ends a line that promises an update by one click."""
SHORT_PLAN = 9
"""How many lines of a plan stand below each other; a longer one takes two columns."""


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
    words = f"<h1>{_in_lines(workshop.title)}</h1><p class=quiet>{length(workshop.minutes)}</p>"
    return _slide(words, "Welcome everybody. The lights on the start page are green?", 0, 0, "opening")


def _plan(presentation: Presentation, workshop: Workshop) -> str:
    rows = "".join(
        f"<tr><td>{_when(workshop, number)}</td><td>{escape(title(presentation, item))}</td>"
        f"<td>{item.minutes} min</td></tr>"
        for number, item in enumerate(workshop.items)
    )
    lines = len(workshop.items)
    columns = 1 if lines <= SHORT_PLAN else 2
    kind = "plan many" if columns > 1 else "plan"
    # The rows share the height of the slide.
    body = f'<h2>The plan</h2><table class="{kind}" style="--rows: {ceil(lines / columns)}">{rows}</table>'
    return _slide(body, "Where we are going; half a minute.", 0, 0)


def _item(presentation: Presentation, item: Item, start: int, updates: bool) -> list[str]:
    """Return the slides of one item; each carries its item's start, length in minutes and lessons."""
    heading = _in_lines(title(presentation, item))
    words = f"<h2>{heading}</h2><p class=quiet>until {_clock(start + item.minutes)}</p>"
    if item.section is None:
        return [_slide(words, "A break. Back on time.", start, item.minutes, "part")]
    section = presentation.sections[item.section]
    note = f"{section.talk:g} minutes of talking, then try it."
    if presentation.short.intersection(item.lessons) and not item.whole:
        note += " In a lesson's notebook, run the cells that begin with ◆: its ten-minute path."
    opening = _slide(words, note, start, item.minutes, "part", item.lessons)
    opening = opening.replace("<section ", f'<section data-then="{escape(_then(item))}" ', 1)
    slides = []
    for number, slide in enumerate(section.slides, start=1):
        try:
            body, note = _html(_promised(slide.text, updates)), _html(slide.note)
        except WorkshopError as error:
            raise WorkshopError(f"section {section.name}, slide {number}: {error}") from error
        slides.append(_slide(laid_out(body), note, start, item.minutes, kind_of(body), item.lessons))
    return [opening, *slides]


# Workshops share their sections.
_html = functools.cache(to_html)


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


def _when(workshop: Workshop, number: int) -> str:
    """Return when an item begins: hours and minutes from the start, or the number of its evening."""
    return str(number + 1) if workshop.evenings else _clock(workshop.starts()[number])


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}"


LIBRARIES = ("reveal", "katex")
"""The data sets that the pages load from slides/vendor/."""

DRIVERS = (
    "slides.css",
    "slides.js",
    "living.js",
    "votes.js",
    "measure.js",
    "pace.js",
    "speaker.html",
    "speaker.css",
    "speaker.js",
)


def slides_site(
    source: Path, data: Path, notes: list[str], updates: bool = False
) -> tuple[dict[str, bytes], list[dict[str, Any]]]:
    """Return the files by their paths in the site, and what the start page shows of each workshop.

    ``updates`` tells whether the machine has an address for them. A library that was not fetched is noted;
    the slides are then one readable page without it.
    Raises WorkshopError when the presentation is faulty.
    """
    presentation = read_presentation(source)
    folder = source / "presentation" / "slides"
    files = {f"slides/{name}": (folder / name).read_bytes() for name in DRIVERS}
    for path in sorted((source / "presentation" / "pictures").glob("*.webp")):
        files[f"slides/pictures/{path.name}"] = path.read_bytes()
    for workshop in presentation.workshops.values():
        files[f"slides/{workshop.name}/index.html"] = deck(presentation, workshop, updates).encode()
    for library in LIBRARIES:
        files |= _library(library, data, notes)
    return files, [_shown(presentation, name) for name in presentation.workshops]


def _library(library: str, data: Path, notes: list[str]) -> dict[str, bytes]:
    found = [path for path in sorted((data / library).rglob("*")) if path.is_file()]
    if not found:
        notes.append(f"{library} is not in {data}; 'workshop data fetch {library}' gets it")
    return {
        f"slides/vendor/{library}/{path.relative_to(data / library).as_posix()}": path.read_bytes()
        for path in found
        if not path.name.startswith(".")
    }


def _shown(presentation: Presentation, name: str) -> dict[str, Any]:
    workshop = presentation.workshops[name]
    items = [
        {
            "start": start,
            "minutes": item.minutes,
            "title": title(presentation, item),
            "demos": list(item.demos),
            "lessons": list(item.lessons),
            "whole": item.whole,
        }
        for start, item in zip(workshop.starts(), workshop.items, strict=True)
    ]
    return {
        "name": name,
        "title": workshop.title,
        "minutes": workshop.minutes,
        "assumes": workshop.assumes,
        "afterwards": workshop.afterwards,
        "evenings": workshop.evenings,
        "items": items,
    }
