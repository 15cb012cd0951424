"""The page "Reading on": the works that the lessons name at their ends, lesson by lesson.

A list is the cell of Markdown that begins with ``## Reading on``. The notebooks are the one source, so a
list that is changed there is changed here when the site is built.
"""

from __future__ import annotations

import html
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from workshop.errors import WorkshopError
from workshop.lessons.catalogue import about, find_lessons
from workshop.site.markdown import to_html
from workshop.site.pages import framed

PAGE = "pages/reading/index.html"
"""Where the page is in the site: as deep as the demos', whose frame it shares."""
HEADING = "## Reading on"

_OWN = """<!--
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
        except WorkshopError:
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
        f'{_OWN}<main class="wide" id="works">\n<p>What the lessons build on, and where to go from them: '
        f"a paper, its year, and why one should read it.</p>\n{body}\n</main>\n"
    )
    return framed(source / "js-demos", PAGE, text).encode()
