"""The quiz of a plan: which questions it asks, and where it sends whoever did not know."""

from __future__ import annotations

from pathlib import Path

from workshop.core.settings import CHECKOUT
from workshop.site.presentation import read_presentation
from workshop.site.quiz import AFTER_A_SHORT_PATH, place, questions_at_the_end, quiz_pages

CELL = """Before.

## Five questions

<details><summary>1. Why *ten*?</summary>

There are $10$ digits.

</details>
<details><summary>2. And then?</summary>

Stop.

</details>
"""


def test_questions_are_the_folds_below_their_heading() -> None:
    earlier = "<details><summary>1. A hint</summary>no question</details>\n\n" + CELL
    found = questions_at_the_end({"cells": [{"cell_type": "markdown", "source": [earlier]}]})
    assert found == [("Why *ten*?", "There are $10$ digits."), ("And then?", "Stop.")]


def test_each_plan_asks_its_lessons_questions() -> None:
    presentation = read_presentation(CHECKOUT)
    pages = quiz_pages(CHECKOUT, presentation)
    assert set(pages) == {place(name) for name in presentation.workshops}
    short, whole = (pages[place(name)].decode() for name in ("ninety-minutes", "twelve-evenings"))
    lesson = 'data-path="7-make/40-attention.ipynb"'
    assert short.count(lesson) == AFTER_A_SHORT_PATH
    assert whole.count(lesson) == 5
    assert 'data-section="Attention"' in short


def test_a_checkout_without_notebooks_has_no_quiz(tmp_path: Path) -> None:
    (tmp_path / "notebooks").mkdir()
    assert quiz_pages(tmp_path, read_presentation(CHECKOUT)) == {}
