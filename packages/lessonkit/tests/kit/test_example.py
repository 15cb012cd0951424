"""The example course is sound: it is what somebody copies first."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest

from lessonkit.catalogue import Lesson, find_lessons
from lessonkit.proof import check_catalogue, check_lesson
from lessonkit.runner import RunOptions

from . import building

EXAMPLE = Path(__file__).parents[2] / "example"


@pytest.mark.parametrize("lesson", find_lessons(EXAMPLE), ids=lambda lesson: lesson.name)
def test_each_lesson_of_the_example_passes_its_check(lesson: Lesson) -> None:
    if "pandas" in lesson.path.read_text(encoding="utf-8"):
        pytest.importorskip("pandas")
    verdict = check_lesson(lesson, RunOptions(EXAMPLE), lambda _title: nullcontext(building.quiet))
    assert (verdict.faults, verdict.passed) == ([], True)
    assert len(verdict.exercises) == 3 and verdict.rejected == verdict.mutants
    # The solutions in pandas are single calls, in which no step can be changed.
    assert verdict.mutants >= 10 or lesson.name == "2-tables/10-rides"


def test_its_exercises_have_names_of_their_own() -> None:
    assert check_catalogue(EXAMPLE) == []
