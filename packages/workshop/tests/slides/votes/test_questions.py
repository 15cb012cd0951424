from pathlib import Path

import pytest

from slides.presentations import make_presentation
from workshop.core.errors import WorkshopError
from workshop.site.decks import deck
from workshop.site.presentation import read_presentation
from workshop.site.votes.questions import Question, questions_of

HEAD = "---\ntitle: Hello\ntalk: 4\n---\n"
ASKS = f"{HEAD}## How *much*?\n\n![Hands](vote:much)\n\n1. A $lot$\n2. Less\n\nNote: Ask.\n"
ANSWERS = "\n---\n\n## So much\n\n$x$\n\nNote: There.\n"


def asking(source: Path, text: str) -> dict[str, Question]:
    make_presentation(source)
    (source / "presentation/sections/welcome.md").write_text(text, encoding="utf-8")
    presentation = read_presentation(source)
    return questions_of(presentation, presentation.workshops["short"])


def test_a_question_is_its_title_and_its_choices(tmp_path: Path) -> None:
    assert asking(tmp_path, ASKS + ANSWERS) == {"much": Question("much", "How much?", ("A lot", "Less"))}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (ASKS, "no slide answers vote:much"),
        (ASKS.replace("2. Less", "") + ANSWERS, "2 to 5 choices"),
        (ASKS.replace("## How *much*?", "") + ANSWERS, "with a title"),
        (ASKS + ASKS.partition("talk: 4\n")[2] + ANSWERS, "is asked twice"),
    ],
)
def test_a_faulty_question_is_told(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(WorkshopError, match=told):
        asking(tmp_path, text)


def test_the_slide_asks_for_hands_where_nobody_opened_a_vote(tmp_path: Path) -> None:
    asking(tmp_path, ASKS + ANSWERS)
    presentation = read_presentation(tmp_path)
    page = deck(presentation, presentation.workshops["short"])
    assert '<section class="vote-slide"' in page
    assert '<span class="vote" data-vote="much"><svg' in page and 'aria-label="Hands"' in page
