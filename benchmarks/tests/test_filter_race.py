"""The race adds the same notebooks to fresh repositories, in turns, and refuses a filter that is not one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.filter.notebooks import write_notebooks
from benchmarks.filter.race import Course, Runner, race
from workshop.errors import WorkshopError

SCRIPT = Path(__file__).resolve().parents[2] / "tools/ipynb_optional_output_filter.py"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    write_notebooks(tmp_path / "notebooks", 3, 60_000)
    return Course(tmp_path / "notebooks", tmp_path)


def plain(runs: int = 9) -> Runner:
    return Runner("plain", [], runs)


def ours(runs: int = 9) -> Runner:
    return Runner("ours", [sys.executable, SCRIPT, "--install"], runs)


def test_each_takes_its_turns_and_stores_what_it_should(course: Course) -> None:
    said: list[str] = []
    runners = [plain(), ours(runs=1), Runner("gone", ["no-such-program"], 9, "could not be installed")]
    race(course, runners, 2, said.append)
    assert [len(runner.seconds) for runner in runners] == [2, 1, 0]
    assert all(seconds > 0 for runner in runners for seconds in runner.seconds)
    size = sum(path.stat().st_size for path in course.notebooks.rglob("*.ipynb"))
    assert runners[0].stored == size
    assert 0 < runners[1].stored < size / 4
    assert [line.split(": ")[1].split()[0] for line in said] == ["plain", "ours", "plain"]
    assert sorted(path.name for path in course.scratch.iterdir()) == ["notebooks"]


def test_the_notebooks_stay_as_they_were(course: Course) -> None:
    before = {path: path.read_bytes() for path in course.notebooks.rglob("*.ipynb")}
    race(course, [ours()], 1, lambda _: None)
    assert {path: path.read_bytes() for path in course.notebooks.rglob("*.ipynb")} == before


def test_a_filter_that_lets_outputs_through_is_no_result(course: Course) -> None:
    with pytest.raises(WorkshopError, match="idle let the outputs through"):
        race(course, [Runner("idle", ["git", "status"], 9)], 1, lambda _: None)


@pytest.mark.parametrize(
    ("command", "why"),
    [(["no-such-program"], "no-such-program is not installed"), (["git", "bogus"], "git bogus failed: ")],
)
def test_a_set_up_that_fails_is_one_line(course: Course, command: list[str], why: str) -> None:
    with pytest.raises(WorkshopError, match=why) as caught:
        race(course, [Runner("broken", command, 9)], 1, lambda _: None)
    assert "\n" not in str(caught.value)
    assert not (course.scratch / "repository").exists()


def test_nobodys_settings_are_read(course: Course, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "settings"))
    (tmp_path / "settings").write_text("[core]\n\tbare = true\n")
    runner = plain()
    race(course, [runner], 1, lambda _: None)
    assert runner.stored > 0
