"""The quiz at the end of a plan: the questions that stand at the end of its lessons, answered in the browser.

A lesson's questions stand below a heading that ends with "questions", each in a fold::

    <details><summary>1. Why is the first loss 2.3?</summary>

    Ten classes, one tenth each: ln 10.

    </details>
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lessonkit.catalogue import about, find_lessons
from lessonkit.errors import LessonkitError
from workshop.site.decks import title
from workshop.site.markdown import to_html
from workshop.site.pages import framed
from workshop.site.presentation import Presentation, Workshop

FOLD = re.compile(r"<details><summary>(?:\d+\. )?(.*?)</summary>\s*(.*?)\s*</details>", re.DOTALL)
HEADING = re.compile(r"^## .*questions$", re.MULTILINE | re.IGNORECASE)
AFTER_A_SHORT_PATH = 2
"""How many questions of a lesson are asked where only its ten-minute path was done."""
FEWEST = 3
"""A plan whose lessons have fewer questions gets no quiz."""

BUTTONS = " ".join(
    f'<button class="button small" type="button" value="{value}">{words}</button>'
    for value, words in (("yes", "I knew it"), ("no", "I did not"))
)

_OWN = """<!--
title = "{title}"
styles = ["../../assets/quiz.css"]
skip = ["questions", "To the questions"]
-->
"""

Question = tuple[str, str]
"""What is asked, and the answer; both in Markdown."""


def place(plan: str) -> str:
    """Return where a plan's quiz is in the site."""
    return f"pages/quiz-{plan}/index.html"


def questions_at_the_end(notebook: dict[str, Any]) -> list[Question]:
    """Return the questions of a notebook with their answers."""
    found: list[Question] = []
    for cell in notebook.get("cells", []):
        text = "".join(cell.get("source", ""))
        if cell.get("cell_type") == "markdown" and (heading := HEADING.search(text)):
            found += FOLD.findall(text[heading.end() :])
    return found


def quiz_pages(source: Path, presentation: Presentation) -> dict[str, bytes]:
    """Return the page of each plan that has enough questions, by its place in the site.

    Raises WorkshopError when a question links out of the workshop.
    """
    asked: dict[str, tuple[str, list[Question]]] = {}
    folder = source / "notebooks"
    for lesson in find_lessons(folder) if any(folder.rglob("*.ipynb")) else []:
        try:
            notebook = lesson.read()
            asked[lesson.name] = about(lesson.name, notebook).title, questions_at_the_end(notebook)
        except LessonkitError:
            continue  # the list of lessons tells of it
    pages = {}
    for workshop in presentation.workshops.values():
        items = _items(presentation, workshop, asked)
        if len(items) >= FEWEST:
            own = _OWN.format(title=f"Quiz: {workshop.title}".replace('"', "'"))
            page = framed(source / "js-demos", place(workshop.name), own + _body(items))
            pages[place(workshop.name)] = page.encode()
    return pages


def _items(
    presentation: Presentation, workshop: Workshop, asked: dict[str, tuple[str, list[Question]]]
) -> list[str]:
    """Return each question of a plan as an item of a list."""
    items = []
    for item in workshop.items:
        for name in item.lessons:
            lesson, questions = asked.get(name, (name, []))
            for question, answer in questions if item.whole else questions[:AFTER_A_SHORT_PATH]:
                again = {"lesson": lesson, "path": f"{name}.ipynb", "section": title(presentation, item)}
                data = " ".join(f'data-{key}="{html.escape(value)}"' for key, value in again.items())
                items.append(
                    f"<li {data}><details><summary>{_inline(question)}</summary>\n{to_html(answer)}"
                    f'<p class="row">{BUTTONS}</p></details></li>'
                )
    return items


def _inline(question: str) -> str:
    """Return the HTML of one line of Markdown, without the paragraph around it."""
    return to_html(question).strip().removeprefix("<p>").removesuffix("</p>")


def _body(items: Sequence[str]) -> str:
    listed = "\n".join(items)
    return f"""<main class="wide" id="questions">
<p>{len(items)} questions from the lessons of this plan. Answer aloud or on paper, open the answer, and say
whether you knew it. Nothing is stored or sent.</p>
<ol class="quiz">
{listed}
</ol>
<section id="result" aria-live="polite" hidden>
<h2>Result</h2>
<p id="count"></p>
<ul id="again"></ul>
</section>
<script src="../../config.js"></script>
<script src="../../assets/quiz.js"></script>
</main>
"""
