"""A lesson that was laid out passes; nothing that is there is written over."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lessonkit.catalogue import find_lessons
from lessonkit.cli import app
from lessonkit.errors import LessonkitError
from lessonkit.new import lay_out
from lessonkit.proof import check_catalogue, check_lesson
from lessonkit.runner import RunOptions

from . import building


def test_a_new_lesson_passes_its_check(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["new", "1-try/10-own-thing", "--notebooks", str(tmp_path)])
    assert done.exit_code == 0 and all(path.is_file() for path in map(Path, done.stdout.split()))
    assert len(done.stdout.split()) == 7
    (lesson,) = find_lessons(tmp_path)
    verdict = check_lesson(lesson, RunOptions(tmp_path), lambda _title: nullcontext(building.quiet))
    assert (verdict.faults, verdict.passed, verdict.exercises) == (
        [],
        True,
        ["own-thing-double", "own-thing-halve", "own-thing-square"],
    )
    assert check_catalogue(tmp_path) == []


def test_nothing_is_written_over(tmp_path: Path) -> None:
    files = lay_out(tmp_path, "1-try/10-own", "python3")
    files[-1].write_text("mine")
    for path in files[:-1]:
        path.unlink()
    with pytest.raises(LessonkitError, match="is there already"):
        lay_out(tmp_path, "1-try/10-own", "python3")
    assert files[-1].read_text() == "mine"
    assert not any(path.exists() for path in files[:-1])


@pytest.mark.parametrize("name", ["own", "1-try/own", "../1-try/10-own", "1-try/10-Own"])
def test_a_name_that_is_none_of_a_lesson_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(LessonkitError, match="names no lesson"):
        lay_out(tmp_path, name, "python3")
    assert not list(tmp_path.iterdir())
