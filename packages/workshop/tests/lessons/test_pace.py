"""Minutes of a lesson on this machine: measured seldom, and the same for whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from kit import building

from lessonkit.catalogue import WORK, About, Profile
from workshop.lessons import pace
from workshop.lessons.pace import Minutes, lessons_here, minutes_here, slowness_here
from workshop.lessons.yardstick import Round


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "deep-learning-workshop/pace.json"


def measured(*values: float) -> Callable[[], list[Round]]:
    return lambda: [Round(value, 9.0) for value in values]


def test_only_what_cells_run_takes_longer_on_a_slow_machine() -> None:
    told = About("A lesson", "theano", minutes=45, budget={Profile.FULL: {WORK: 300}})
    assert minutes_here(told, 1.0) == Minutes(45, 5)
    assert minutes_here(told, 3.0) == Minutes(55, 15)
    assert minutes_here(told, 0.5) == Minutes(42.5, 2.5)
    assert minutes_here(About("No budget", "theano", minutes=10), 3.0) == Minutes(10, 0)
    assert minutes_here(About("No minutes", "theano"), 3.0) is None


def test_it_is_measured_once_a_day(cache: Path) -> None:
    assert slowness_here(measured(1.0, 2.0, 9.0), lambda: 1000.0) == 2.0
    assert slowness_here(measured(5.0), lambda: 1000.0 + pace.KEPT_SECONDS - 1) == 2.0
    assert slowness_here(measured(5.0), lambda: 1000.0 + pace.KEPT_SECONDS) == 5.0
    # A clock that was set back makes no figure everlasting.
    assert slowness_here(measured(6.0), lambda: 500.0) == 6.0
    assert [file.name for file in cache.parent.iterdir()] == ["pace.json"]


def test_where_nothing_can_be_kept_or_measured_the_list_is_still_given(cache: Path) -> None:
    def no_numpy() -> list[Round]:
        raise ImportError("numpy")

    assert slowness_here(no_numpy) is None
    cache.parent.write_text("a file where a folder should be")
    assert slowness_here(measured(2.0)) == 2.0


def test_a_learner_reads_it_lesson_by_lesson(tmp_path: Path) -> None:
    building.put(tmp_path, "1-try/10-sound", building.sound(), building.SOLUTIONS)
    building.put(tmp_path, "9-tools/10-tool", building.notebook(minutes=10, kind="tool"))
    (line,) = lessons_here(tmp_path, 3.0).splitlines()
    assert line.split()[:2] == ["1-try/10-sound", "9"]
    assert line.endswith("min, 6 of them waiting")
