import re
from pathlib import Path

import pytest

from slides.presentations import make_presentation
from workshop.core.errors import WorkshopError
from workshop.site.decks import deck
from workshop.site.presentation import read_presentation


@pytest.fixture
def source(tmp_path: Path) -> Path:
    make_presentation(tmp_path)
    return tmp_path


def test_a_deck_has_an_opening_a_plan_and_the_parts_in_order(source: Path) -> None:
    presentation = read_presentation(source)
    page = deck(presentation, presentation.workshops["short"])
    assert "<title>A short one</title>" in page
    titles = re.findall(r"<h[12]>(.*?)</h[12]>", page)
    assert titles == ["A short one", "The plan", "Hello &amp; welcome", "Words", "Coffee"]
    assert "<td>0:08</td><td>Coffee</td><td>12 min</td>" in page


def test_a_section_that_is_not_there_is_named(source: Path) -> None:
    (source / "presentation/sections/welcome.md").rename(source / "presentation/sections/other.md")
    with pytest.raises(WorkshopError, match="short names the section welcome, which is missing"):
        read_presentation(source)


def test_a_fault_names_its_section_and_slide(source: Path) -> None:
    path = source / "presentation/sections/welcome.md"
    path.write_text(path.read_text().replace("$x$", "![a](figure:b)"))
    presentation = read_presentation(source)
    with pytest.raises(WorkshopError, match="section welcome, slide 1: there is no figure"):
        deck(presentation, presentation.workshops["short"])


def test_updates_are_promised_only_where_they_come(source: Path) -> None:
    path = source / "presentation/sections/welcome.md"
    path.write_text(path.read_text().replace("$x$", "$x$\n\n- Newer ones by a click. {updates}\n- A book.\n"))
    presentation = read_presentation(source)
    workshop = presentation.workshops["short"]
    assert "by a click" not in deck(presentation, workshop)
    assert "<li>A book.</li>" in deck(presentation, workshop)
    assert "Newer ones by a click.</li>" in deck(presentation, workshop, updates=True)
