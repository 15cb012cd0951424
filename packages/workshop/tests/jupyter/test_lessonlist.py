"""What JupyterLab opens on: today's lessons in the plan's order, and how much of each was run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from workshop.core.settings import Settings
from workshop.jupyter.lessonlist import lesson_list
from workshop.site.build import _config

from .serving import TOKEN, Jupyter, jupyter
from .test_gate import BASE, ask

LESSONS = [
    {"path": f"{name}.ipynb", "title": name.title(), "minutes": minutes, "kernel": "theano"}
    for name, minutes in (("a/first", 3), ("a/second", 20), ("b/third", 30))
]
PLANS = [
    {"name": "long", "title": "A long day", "items": [{"lessons": ["a/first"]}, {"lessons": []}]},
    {"name": "short", "title": "Ninety minutes", "items": [{"lessons": ["b/third", "a/first", "b/third"]}]},
]


def start_page(folder: Path, **shown: Any) -> Path:
    """Write what the start page knows, as ``workshop web build`` does."""
    known = {"lessons": LESSONS, "workshops": PLANS, "today": None} | shown
    file = folder / "web/config.js"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(_config(Settings(), known))
    return file


@pytest.fixture
def notebooks(tmp_path: Path) -> Path:
    """Three lessons of two cells with code, of which none, one and both were run."""
    folder = tmp_path / "notebooks"
    for run, lesson in enumerate(LESSONS):
        file = folder / str(lesson["path"])
        file.parent.mkdir(parents=True, exist_ok=True)
        cells: list[dict[str, Any]] = [{"cell_type": "markdown", "source": ["# Title"]}]
        for number in range(2):
            count = number + 1 if number < run else None
            cells.append({"cell_type": "code", "source": ["print(1)"], "execution_count": count})
        cells.append({"cell_type": "code", "source": [], "execution_count": None})
        file.write_text(json.dumps({"cells": cells}))
    return folder


def test_the_lessons_of_today_come_in_the_order_of_their_plan(notebooks: Path, tmp_path: Path) -> None:
    config = start_page(tmp_path, today={"workshop": "short", "start": ""})
    assert lesson_list(config, notebooks) == {
        "title": "Ninety minutes",
        "lessons": [
            {"path": "b/third.ipynb", "title": "B/Third", "minutes": 30, "run": 2, "cells": 2},
            {"path": "a/first.ipynb", "title": "A/First", "minutes": 3, "run": 0, "cells": 2},
        ],
    }


def test_where_nobody_named_a_plan_the_first_counts_as_on_the_start_page(
    notebooks: Path, tmp_path: Path
) -> None:
    assert lesson_list(start_page(tmp_path), notebooks)["title"] == "A long day"


def test_courses_come_after_the_plan_and_alone_where_there_is_none(notebooks: Path, tmp_path: Path) -> None:
    knots = {"title": "Knots", "lessons": [LESSONS[2]]}
    config = start_page(tmp_path, workshops=PLANS[:1])
    both = lesson_list(config, notebooks, [knots])
    assert both["title"] == "A long day, Knots"
    assert [each["path"] for each in both["lessons"]] == ["a/first.ipynb", "b/third.ipynb"]
    alone = lesson_list(start_page(tmp_path, lessons=[], workshops=[]), notebooks, [knots])
    assert alone["title"] == "Knots"
    assert [(each["title"], each["run"]) for each in alone["lessons"]] == [("B/Third", 2)]


def test_without_plans_all_lessons_are_listed(notebooks: Path, tmp_path: Path) -> None:
    found = lesson_list(start_page(tmp_path, workshops=[]), notebooks)["lessons"]
    assert [(each["path"], each["run"]) for each in found] == [
        ("a/first.ipynb", 0), ("a/second.ipynb", 1), ("b/third.ipynb", 2),
    ]  # fmt: skip


@pytest.mark.parametrize("content", [None, "", "window.workshopConfig = {", "window.workshopConfig = [];\n"])
def test_without_a_start_page_there_is_no_list(notebooks: Path, tmp_path: Path, content: str | None) -> None:
    config = tmp_path / "config.js"
    if content is not None:
        config.write_text(content)
    assert lesson_list(config, notebooks) == {"title": "", "lessons": []}


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"cells": [{}]}', None])
def test_a_lesson_that_is_not_there_or_broken_is_left_out(
    notebooks: Path, tmp_path: Path, content: str | None
) -> None:
    file = notebooks / "b/third.ipynb"
    file.unlink() if content is None else file.write_text(content)
    found = lesson_list(start_page(tmp_path, workshops=[]), notebooks)["lessons"]
    assert [each["path"] for each in found] == ["a/first.ipynb", "a/second.ipynb"]


def test_only_who_is_logged_in_is_told(notebooks: Path, tmp_path: Path) -> None:
    start_page(tmp_path)
    config = tmp_path / "workshop.toml"
    config.write_text(f'prefix = "{tmp_path}"\n')
    with jupyter(tmp_path / "house", notebooks, WORKSHOP_CONFIG=str(config)) as server:
        assert ask(server, "GET", f"{BASE}workshop/api/lessons").status == 403
        assert told(server)["title"] == "A long day"


def told(server: Jupyter) -> dict[str, Any]:
    answer = ask(server, "GET", f"{BASE}workshop/api/lessons", Authorization=f"token {TOKEN}")
    assert answer.status == 200, answer.body
    document: dict[str, Any] = json.loads(answer.body)
    return document
