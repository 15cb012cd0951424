"""Pages of demos in the frame that they share."""

from __future__ import annotations

from pathlib import Path

import pytest

from workshop.core.errors import WorkshopError
from workshop.site.pages import FRAME, framed

OWN = """<!--
title = "Fish & chips"
styles = ["fish.css"]
skip = ["pond", "To the pond"]
-->
<main id="pond">$5</main>
"""


@pytest.fixture
def demos(tmp_path: Path) -> Path:
    frame = (
        "<title>$title</title>\n$styles\n<a href='$back'>$back_words</a> $asks #$skip_to $skip_words\n$body"
    )
    (tmp_path / FRAME).write_text(frame, encoding="utf-8")
    return tmp_path


def test_what_is_its_own_takes_its_places_in_the_frame(demos: Path) -> None:
    page = framed(demos, "fish/index.html", OWN)
    assert page == (
        "<title>Fish &amp; chips</title>\n"
        '  <link rel="stylesheet" href="fish.css">\n'
        "<a href='../../index.html'>← Workshop</a> connect-src 'none' #pond To the pond\n"
        '<main id="pond">$5</main>\n'
    )


def test_a_page_may_ask_its_server_and_lead_elsewhere(demos: Path) -> None:
    more = OWN.replace("-->", 'asks = "connect-src \'self\'"\nback = ["index.html", "← All"]\n-->')
    assert "<a href='index.html'>← All</a> connect-src 'self'" in framed(demos, "fish/index.html", more)


@pytest.mark.parametrize(
    "wrong", [OWN.replace("title", "titel"), OWN.replace("= [", "= "), "<!--\nskip = 3\n-->\n"]
)
def test_a_faulty_beginning_is_named(demos: Path, wrong: str) -> None:
    with pytest.raises(WorkshopError, match=r"fish/index\.html: its first comment is faulty"):
        framed(demos, "fish/index.html", wrong)
