"""Whatever a notebook's file holds, the lessons' commands answer in lines that name the notebook."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kit import building

from lessonkit.catalogue import Lesson, about
from lessonkit.cli import progress
from lessonkit.errors import LessonkitError
from lessonkit.proof import check_lesson
from lessonkit.runner import RunOptions, prepare
from lessonkit.tables import lessons_table, short_minutes
from workshop.core.settings import Settings
from workshop.lessons.plugin import WORKSHOP
from workshop.lessons.warm import survey
from workshop.site.check import minutes_of_lessons
from workshop.site.pages import reading_lists

GONE = object()
VALUES: list[Any] = [GONE, None, True, -1, 1e400, 10**400, "", "x\ny\x1b[31m", "\ud800"]
VALUES += [[], [None], ["x\ny"], {}, {"a": []}]
SOURCES = ["-" * 20_000 + "1", "(" * 3_000, "+".join("1" * 3_000), "x" + ".y" * 2_000, "1" * 5_000, "\x00"]
SOURCES += ["return\nnonlocal x", "f'{", "check(" * 90 + ")" * 90, 'ask("a", ' + "[" * 150 + "]" * 150 + ")"]


def full() -> building.Notebook:
    """A lesson that has each field that anything of ours reads."""
    notebook = building.sound()
    bars = {"answer": {"min": 1, "max": 50, "profiles": ["fast"], "unit": "yardstick"}}
    notebook["metadata"]["lessonkit"] |= {"title": "T", "kind": "lesson", "bars": bars}
    notebook["metadata"]["git"] = {"suppress_outputs": False}
    notebook["cells"][0] |= {
        "attachments": {"a.png": {"image/png": ""}},
        "source": "# T\n![](attachment:a.png)",
    }
    asked = 'from lessonkit import ask, reveal\nask("a", "How many?", between=(0, 9), default=1)'
    notebook["cells"].insert(3, building.code(asked, "predict:a", name="ask"))
    notebook["cells"].insert(4, building.code('got = len("a")\nreveal("a", got)', "reveal:a", name="reveal"))
    notebook["cells"][2]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x"}]
    return notebook


def places(value: Any, so_far: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to each part of a JSON value, but of lists only to the first; of the cells to four."""
    if so_far:
        yield so_far
    if isinstance(value, dict):
        for key in value:
            yield from places(value[key], (*so_far, key))
    elif isinstance(value, list) and so_far == ("cells",):
        for index in (0, 3, 5, 6):  # text, a question, an exercise, its check
            yield from places(value[index], (*so_far, index))
    elif isinstance(value, list) and value:
        yield from places(value[0], (*so_far, 0))


def put_at(notebook: Any, place: tuple[Any, ...], value: Any) -> Any:
    """Return a copy of a notebook with another value somewhere, or without what is there."""
    changed = copy.deepcopy(notebook)
    parent = changed
    for key in place[:-1]:
        parent = parent[key]
    if value is GONE:
        del parent[place[-1]]
    else:
        parent[place[-1]] = value
    return changed


def answer(folder: Path, content: Any) -> list[str]:
    """Do with a notebook all that reads one without running it; return the faults that are found."""
    path = folder / "notebooks" / "1-try" / "10-it.ipynb"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    lesson, how = Lesson("1-try/10-it", path), RunOptions(folder / "notebooks", plugin=WORKSHOP)
    faults = check_lesson(lesson, how, progress, static=True).faults
    try:
        notebook = lesson.read()
        told = about(lesson.name, notebook)
        lessons_table({lesson.name: told}, 1.0, {lesson.name: short_minutes(told, notebook)})
        survey(how.notebooks, Settings(prefix=folder))
        prepare(notebook, how.profile, {})
        minutes_of_lessons(folder)
        reading_lists(folder)
    except LessonkitError as error:
        assert str(error) in faults or "second parameters cell" in str(error)
        assert "10-it" in str(error)
    assert all(fault and fault.isprintable() for fault in faults)
    return faults


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("any")
    building.put(folder / "notebooks", "1-try/10-it", full(), building.SOLUTIONS)
    return folder


@pytest.mark.parametrize("key", sorted({str(place[0]) for place in places(full())}))
def test_every_type_of_value_anywhere_is_told_in_lines(folder: Path, key: str) -> None:
    notebook = full()
    for place in places(notebook):
        if place[0] == key:
            for value in VALUES:
                answer(folder, put_at(notebook, place, value))


@pytest.mark.parametrize("source", SOURCES, ids=map(str, range(len(SOURCES))))
def test_any_text_in_a_cell_is_told_in_lines(folder: Path, source: str) -> None:
    for index in (0, 3, 5, 6):
        for text in (source, ["# \u25c6\n", source]):
            answer(folder, put_at(full(), ("cells", index, "source"), text))


@pytest.mark.parametrize(
    ("key", "value"), [("metadata", 3), ("cell_type", None), ("source", [1]), ("attachments", 1)]
)
def test_a_broken_cell_is_named(folder: Path, key: str, value: Any) -> None:
    (fault,) = answer(folder, put_at(full(), ("cells", 2, key), value))
    assert "10-it.ipynb is not a notebook of format 4: cell 3 (solved): " in fault


def test_a_lesson_runs_without_what_may_be_left_out_and_with_what_nobody_reads(tmp_path: Path) -> None:
    settings = {"cell_type": "code", "source": 'PROFILE = "full"', "metadata": {"tags": ["parameters"]}}
    strange = {
        "cell_type": "code",
        "outputs": 5,
        "id": 7,
        "execution_count": "x",
        "source": ["assert ", "PROFILE"],
    }
    cells = [settings, {"cell_type": "code"}, {"cell_type": "markdown", "outputs": 5, "id": 7}, strange]
    kernel = {"kernelspec": {"name": "python3"}}
    result = building.run(tmp_path, {"cells": cells, "metadata": kernel})
    assert (result.passed, result.why) == (True, "")
    result = building.run(
        tmp_path, {"cells": [*cells, {"cell_type": "code", "source": "1 / 0"}], "metadata": kernel}
    )
    assert "cell 5" in result.why and "ZeroDivisionError" in result.why
