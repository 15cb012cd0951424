"""The questions of a deck: slides with ``![words](vote:NAME)``, a title that asks, and a numbered list."""

from __future__ import annotations

import re
from dataclasses import dataclass

from workshop.core.errors import WorkshopError
from workshop.site.presentation import Presentation, Slide, Workshop

ASKED = re.compile(r"!\[[^\]]*\]\(vote:([a-z0-9-]+)\)")
TITLE = re.compile(r"^## (.+)$", re.MULTILINE)
CHOICE = re.compile(r"^\d+\. (.+)$", re.MULTILINE)
MARKS = re.compile(r"[*$`]")
"""What Markdown writes around words; phones show the words alone."""
FEWEST, MOST = 2, 5
"""How many choices a question has."""


@dataclass(frozen=True)
class Question:
    """What the room is asked."""

    name: str
    title: str
    choices: tuple[str, ...]


def question_of(slide: Slide) -> Question | None:
    """Return what a slide asks the room, None where it asks nothing.

    Raises WorkshopError for a question without a title or with too few or too many choices.
    """
    asked = ASKED.findall(slide.text)
    if not asked:
        return None
    title, choices = TITLE.search(slide.text), CHOICE.findall(slide.text)
    if len(asked) > 1 or title is None or not FEWEST <= len(choices) <= MOST:
        raise WorkshopError(
            f"the question vote:{asked[0]} stands alone on its slide, with a title and a numbered list of "
            f"{FEWEST} to {MOST} choices"
        )
    return Question(asked[0], _plain(title[1]), tuple(map(_plain, choices)))


def questions_of(presentation: Presentation, workshop: Workshop) -> dict[str, Question]:
    """Return the questions of a workshop's deck by their names, in its order.

    Raises WorkshopError for a faulty question, two of one name, or one that no slide follows to answer it.
    """
    questions: dict[str, Question] = {}
    for section in [presentation.sections[item.section] for item in workshop.items if item.section]:
        for number, slide in enumerate(section.slides, start=1):
            question = question_of(slide)
            if question is None:
                continue
            if question.name in questions:
                raise WorkshopError(f"section {section.name}: vote:{question.name} is asked twice")
            if number == len(section.slides):
                raise WorkshopError(f"section {section.name}: no slide answers vote:{question.name}")
            questions[question.name] = question
    return questions


def _plain(text: str) -> str:
    return MARKS.sub("", text).strip()
