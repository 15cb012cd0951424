from pathlib import Path

import pytest

from lessonkit.catalogue import Profile, read_solution
from lessonkit.errors import LessonkitError
from lessonkit.runner import prepare

from . import building


def test_the_profile_is_set_behind_the_parameters_and_numbers_stay_the_lessons() -> None:
    lesson = building.sound()
    prepared = prepare(lesson, Profile.FAST, {})
    sources = [cell["source"] for cell in prepared.notebook["cells"]]
    assert sources[1:3] == ['# ◆\nPROFILE = "full"', 'PROFILE = "fast"']
    assert prepared.numbers == [1, 2, 2, *range(3, len(lesson["cells"]) + 1)]
    assert lesson == building.sound(), "the lesson itself must stay as it was"


def test_a_solution_replaces_its_own_cell_only() -> None:
    prepared = prepare(building.sound(), Profile.FULL, {"halve": "answer = 1"})
    changed = [
        cell["id"]
        for cell, before in zip(
            prepared.notebook["cells"],
            prepare(building.sound(), Profile.FULL, {}).notebook["cells"],
            strict=True,
        )
        if cell != before
    ]
    assert changed == ["do-halve"]


def test_a_solution_must_be_there_and_be_python(tmp_path: Path) -> None:
    with pytest.raises(LessonkitError, match=r"the exercise x has no solution; write solutions/x\.py"):
        read_solution(tmp_path, "x")
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "x.py").write_text("%matplotlib inline\n")
    with pytest.raises(LessonkitError, match=r"solutions/x.py is not Python"):
        read_solution(tmp_path, "x")
