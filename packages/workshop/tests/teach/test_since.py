"""The list of works from 2012 to today: dated, sourced, and shown by topic and year."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest

from workshop.core.errors import WorkshopError
from workshop.core.settings import CHECKOUT
from workshop.teach.since import timeline
from workshop.teach.since.works import FILE, TOPICS, about, age_warning, read_since

SINCE = read_since()


def test_every_row_has_its_source_and_comes_in_the_order_of_time() -> None:
    for rows in (SINCE.works, SINCE.imagenet, SINCE.compute, SINCE.text):
        years = [row.year for row in rows]
        assert years == sorted(years)
        assert max(years) <= SINCE.checked.year
    for row in (*SINCE.works, *SINCE.imagenet, *SINCE.compute, *SINCE.text, *SINCE.frameworks):
        assert len(row.source) > 15, row
    assert {work.topic for work in SINCE.works} == set(TOPICS)


def test_every_work_that_a_lesson_tries_names_that_lesson() -> None:
    for work in SINCE.works:
        assert bool(work.tried) == bool(work.lesson), work.name
        assert not work.lesson or (CHECKOUT / "notebooks" / f"{work.lesson}.ipynb").is_file(), work.name


def test_works_checked_more_than_a_year_ago_cause_a_warning(tmp_path: Path) -> None:
    path = dated(tmp_path, "2025-03-01")
    assert age_warning(datetime.date(2026, 3, 1), path) == ""
    warned = age_warning(datetime.date(2026, 3, 2), path)
    assert warned.startswith("since.toml was last checked on 2025-03-01, more than a year ago")
    assert "\n" not in warned


def dated(folder: Path, day: str) -> Path:
    """Write a copy of the list that was checked on another day."""
    path = folder / "since.toml"
    text = FILE.read_text(encoding="utf-8").replace(f"checked = {SINCE.checked}", f"checked = {day}")
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('who = "Mnih and others"', "", "work DQN lacks or does not know who"),
        ("error = 28.2", "error = 28.2\ncolour = 1", "imagenet 2010 lacks or does not know colour"),
        ("[[framework]]", "[[tool]]", "there is no"),
        (f"checked = {SINCE.checked}", "", "does not say when it was checked"),
        ("year = 2012", "year =", "cannot be read"),
    ],
)
def test_a_damaged_list_of_works_is_told_in_one_line(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    text = FILE.read_text(encoding="utf-8")
    path = tmp_path / "since.toml"
    path.write_text(text.replace(old, new) if old == "[[framework]]" else text.replace(old, new, 1))
    with pytest.raises(WorkshopError, match=re.escape(complaint)) as said:
        read_since(path)
    assert "\n" not in str(said.value)


def test_the_timeline_answers_to_topic_and_slider() -> None:
    pytest.importorskip("ipywidgets")
    box = timeline.widget(SINCE.works)
    topic, place, output = box.children
    topic.value = "making"
    making = about(SINCE.works, "making")
    assert [label for label, _ in place.options] == [f"{work.year} {work.name}" for work in making]
    place.value = 2
    assert making[2].claim in output.value.replace("&#x27;", "'")
    assert output.value.count("<circle") == len(making)
