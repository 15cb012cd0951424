"""What a builder is told while it waits: where the build is, and how long it still takes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from organiser.appliance import course
from organiser.appliance.architecture import ARM64

LAST = {"a : Install": 600.0, "b : Compile": 1200.0, "c : Look": 2.0}
KIND = course.kind_of(ARM64, True)


class Clock:
    """A time that stands until it is told to go on."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


def begin(log: Path, task: str) -> None:
    """Write what Ansible does as a task begins."""
    with log.open("a", encoding="utf-8") as file:
        file.write(f"ok: [appliance]\n\nTASK [{task}] {'*' * 20}\n")


def test_a_running_task_is_named_and_the_rest_goes_by_the_last_time(tmp_path: Path) -> None:
    log, clock, tasks = tmp_path / "log", Clock(), dict[str, float]()
    seen = course.Course(log, LAST, tasks, now=clock)
    assert "starting" in seen.sentence()
    begin(log, "a : Install")
    seen.look()
    clock.time += 300
    seen.look()
    assert seen.sentence() == "5 min: a : Install; about 25 min left"
    clock.time += 900
    begin(log, "b : Compile")
    seen.look()
    # Twice as slow as the last time, and so is what comes.
    assert seen.sentence("1 of 3 lessons") == "20 min: b : Compile (1 of 3 lessons); about 40 min left"
    clock.time += 3000
    seen.look()
    assert seen.left() == "this takes longer than the last time"
    seen.end()
    assert tasks == {"a : Install": 1200.0, "b : Compile": 3000.0}


def test_the_estimate_is_the_last_time_or_calls_itself_a_guess(tmp_path: Path) -> None:
    first = course.estimate(tmp_path, ARM64, True, KIND, 90)
    assert "emulated on x86_64: some 90 min; a guess" in first
    times = course.Times({"root": 600.0, "provisioning": 1800.0}, LAST)
    course.remember(tmp_path, KIND, times)
    assert course.last_time(tmp_path, KIND) == times
    assert "about 40 min, as the last time" in course.estimate(tmp_path, ARM64, True, KIND, 90)
    for other in (
        course.kind_of(ARM64, False),
        course.kind_of(ARM64, True, ["tensorflow"]),
        course.kind_of(ARM64, True, (), ["-e", "deep_libs_warm=no"]),
    ):
        assert "a guess" in course.estimate(tmp_path, ARM64, True, other, 90)


@pytest.mark.parametrize("text", ["[", "[]", json.dumps({KIND: 2400}), json.dumps({KIND: {"steps": [1]}})])
def test_what_others_wrote_there_is_no_measurement(tmp_path: Path, text: str) -> None:
    (tmp_path / course.TIMES).write_text(text)
    assert "a guess" in course.estimate(tmp_path, ARM64, True, KIND, 90)


def test_seconds_of_a_run_that_was_killed_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(course.time, "monotonic", clock)
    first = course.Spent(tmp_path).step("provisioning")
    note = first.__enter__()
    clock.time += 100
    note()
    clock.time += 50  # and then it is killed, and says no more
    again = course.Spent(tmp_path)
    with again.step("provisioning"):
        clock.time += 30
    assert again.times.steps == {"provisioning": 130.0}
    assert course.Spent(tmp_path).times.steps == {"provisioning": 130.0}
