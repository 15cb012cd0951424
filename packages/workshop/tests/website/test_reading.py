"""The page of works that the lessons name."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from workshop.core.errors import WorkshopError
from workshop.site.pages import PAGE, reading_lists, reading_page

CHECKOUT = Path(__file__).resolve().parents[4]


def notebook(*texts: str, title: str = "A lesson & more") -> dict[str, Any]:
    cells = [
        {"cell_type": "markdown", "id": f"c{place}", "metadata": {}, "source": text.splitlines(keepends=True)}
        for place, text in enumerate(texts)
    ]
    return {"cells": cells, "metadata": {"lessonkit": {"title": title}}, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "js-demos").mkdir()
    shutil.copy(CHECKOUT / "js-demos" / "page.html", tmp_path / "js-demos")
    return tmp_path


def write(source: Path, name: str, document: dict[str, Any] | str) -> None:
    path = source / "notebooks" / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")


def test_lessons_come_in_their_order_and_a_faulty_or_bare_one_is_left_out(source: Path) -> None:
    write(source, "2-later/10-one", notebook("## Reading on\n\n- second", title="Second"))
    write(source, "1-first/10-one", notebook("## Reading on\n\n- first", title="First"))
    write(source, "1-first/20-bare", notebook("# No list"))
    write(source, "1-first/30-faulty", "{")
    assert reading_lists(source) == [("First", "- first"), ("Second", "- second")]


def test_the_page_shows_titles_and_lists_in_the_shared_frame(source: Path) -> None:
    page = reading_page(source, [("A & B", "- Shannon, *Entropy* (1951): a <b>game</b>.")]).decode()
    assert "<h2>A &amp; B</h2>" in page
    assert "<em>Entropy</em>" in page
    assert "<b>game" not in page
    assert 'href="../../assets/workshop.css"' in page
    assert len(Path(PAGE).parent.parts) == 2, "the frame finds its assets two folders up"


def test_a_list_may_not_lead_out_of_the_workshop(source: Path) -> None:
    with pytest.raises(WorkshopError):
        reading_page(source, [("A", "- [a paper](https://example.org)")])


def test_every_list_of_our_lessons_makes_a_page() -> None:
    lists = reading_lists(CHECKOUT)
    assert lists
    assert reading_page(CHECKOUT, lists).decode().count("<section>") == len(lists)
    for title, works in lists:
        assert 3 <= works.count("\n- ") + 1 <= 6, title
