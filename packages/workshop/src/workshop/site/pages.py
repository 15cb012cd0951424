"""The pages that share one frame, ``js-demos/page.html``: those of the demos, and "Reading on".

A page begins with what is its own, as TOML in a comment, and goes on with its ``<main>``::

    <!--
    title = "Digits: a network that reads"
    styles = ["../../assets/demo.css", "digits.css"]
    skip = ["settings", "To the settings"]
    -->
    <main class="wide"> ...

``skip``: where the first link of the page leads, and its words. Optional: ``asks``, what of the server the
page may ask and show (a part of its content-security policy); ``back``, where the button at the left leads,
and its words.

"Reading on" has the works that the lessons name at their ends, in the cell of Markdown that begins with
``## Reading on``. The notebooks are the one source: a list that is changed there changes with the next build.
"""

from __future__ import annotations

import html
import re
import string
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from lessonkit.catalogue import about, find_lessons
from lessonkit.errors import LessonkitError
from workshop.core.errors import WorkshopError
from workshop.site.markdown import to_html

FRAME = "page.html"
START = ["../../index.html", "← Workshop"]

_OWN = re.compile(r"\A<!--\n(.*?)-->\n", re.DOTALL)


def framed(demos: Path, name: str, text: str) -> str:
    """Return the page ``name`` of the folder ``demos`` in the frame; one that begins otherwise is left alone.

    Raises WorkshopError when what is its own is faulty, or there is no frame.
    """
    found = _OWN.match(text)
    if not found:
        return text
    try:
        own = tomllib.loads(found[1])
        values = _values(own)
    except (tomllib.TOMLDecodeError, KeyError, ValueError, TypeError) as error:
        raise WorkshopError(
            f"{name}: its first comment is faulty ({error}); see packages/workshop/src/workshop/site/pages.py"
        ) from error
    try:
        frame = (demos / FRAME).read_text(encoding="utf-8")
    except OSError as error:
        raise WorkshopError(f"cannot read {demos / FRAME}: {error.strerror}; restore it") from error
    return string.Template(frame).substitute(values, body=text[found.end() :])


def _values(own: dict[str, Any]) -> dict[str, str]:
    """Return what takes the places of the frame, made safe for HTML."""
    skip_to, skip_words = own["skip"]
    back, back_words = own.get("back", START)
    styles = [f'  <link rel="stylesheet" href="{html.escape(style)}">' for style in own["styles"]]
    return {
        "title": html.escape(own["title"]),
        "styles": "\n".join(styles),
        "asks": html.escape(own.get("asks", "connect-src 'none'"), quote=False),
        "skip_to": html.escape(skip_to),
        "skip_words": html.escape(skip_words),
        "back": html.escape(back),
        "back_words": html.escape(back_words),
    }


PAGE = "pages/reading/index.html"
"""Where the page is in the site: as deep as the demos', whose frame it shares."""
HEADING = "## Reading on"

_READING_ON = """<!--
title = "Reading on"
styles = []
skip = ["works", "To the works"]
-->
"""


def reading_list(document: dict[str, Any]) -> str:
    """Return the Markdown of a notebook's list, without its heading; an empty text where there is none."""
    for cell in document.get("cells", []):
        text = "".join(cell.get("source", ""))
        if cell.get("cell_type") == "markdown" and text.startswith(HEADING):
            return text.removeprefix(HEADING).strip()
    return ""


def reading_lists(source: Path) -> list[tuple[str, str]]:
    """Return title and list of each lesson of the checkout that has one; a faulty lesson is left out."""
    folder, found = source / "notebooks", []
    for lesson in find_lessons(folder) if any(folder.rglob("*.ipynb")) else []:
        try:
            document = lesson.read()
            works = reading_list(document)
            if works:
                found.append((about(lesson.name, document).title, works))
        except LessonkitError:
            continue  # the list of lessons tells of it
    return found


def reading_page(source: Path, lists: Iterable[tuple[str, str]]) -> bytes:
    """Return the page with these lists of Markdown, in the frame that pages share.

    Raises WorkshopError when a list links out of the workshop: on the day there is no network.
    """
    parts = [
        f"<section>\n<h2>{html.escape(title)}</h2>\n{to_html(works)}</section>" for title, works in lists
    ]
    body = "\n".join(parts)
    text = (
        f'{_READING_ON}<main class="wide" id="works">\n<p>What the lessons build on, and where to go from '
        f"them: a paper, its year, and why one should read it.</p>\n{body}\n</main>\n"
    )
    return framed(source / "js-demos", PAGE, text).encode()
