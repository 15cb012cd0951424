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


def test_a_build_that_goes_on_neither_counts_old_words_nor_takes_what_was_done_for_speed(
    tmp_path: Path,
) -> None:
    log, clock = tmp_path / "log", Clock()
    begin(log, "b : Compile")
    tasks = {"a : Install": 640.0}
    seen = course.Course(log, LAST, tasks, now=clock)
    seen.look()
    assert seen.task == ""
    begin(log, "a : Install")
    seen.look()
    clock.time += 4
    begin(log, "b : Compile")
    seen.look()
    assert seen.left() == "about 20 min left"
    assert tasks["a : Install"] == 640.0


def test_half_a_line_waits_for_its_end(tmp_path: Path) -> None:
    log = tmp_path / "log"
    seen = course.Course(log, {}, {}, now=Clock())
    log.write_text("TASK [a : Ins")
    seen.look()
    assert seen.task == ""
    with log.open("a") as file:
        file.write("tall] ****\nRUNNING HANDLER [a : Reload] ***\n")
    seen.look()
    assert seen.task == "a : Reload"


def test_without_a_last_time_it_is_a_guess_that_says_so(tmp_path: Path) -> None:
    clock = Clock()
    seen = course.Course(tmp_path / "log", {}, {}, guess=600, now=clock)
    assert seen.left() == "some 10 min left, by a guess"
    clock.time += 601
    assert seen.left() == "longer than was guessed"


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


def test_a_guess_grows_with_the_lessons_that_are_compiled_emulated_and_with_tensorflow() -> None:
    small = course.guess(True, ["tensorflow"], 1)
    assert 50 <= small <= 60  # 58 minutes were measured, five of them for what comes after the roles
    assert course.guess(True, (), 1) > small
    assert course.guess(True, (), 27) > 2 * small
    assert course.guess(None, (), 27) == course.guess(None, (), 1)


def test_how_many_lessons_are_compiled_is_read_from_what_the_roles_are_told() -> None:
    notebooks = Path(__file__).parents[4] / "notebooks"
    every = course.lessons_compiled(notebooks)
    assert every > 20
    assert course.lessons_compiled(notebooks, ["-e", "deep_libs_blas_threads=2"]) == every
    named = {"deep_libs_warm_lessons": ["0-basics/10-theano-basics", "mlp"]}
    assert course.lessons_compiled(notebooks, ["-e", json.dumps(named)]) == 2
    # TensorFlow's leave nothing, and wrong words are for the role.
    for left in (["1-mnist/30-keras"], ["no such"], 5):
        assert course.lessons_compiled(notebooks, ["-e", json.dumps({"deep_libs_warm_lessons": left})]) == 0
    assert course.lessons_compiled(notebooks / "none") == 0


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


def test_a_finished_root_that_is_brought_up_to_date_is_counted_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr(course.time, "monotonic", clock)
    whole = course.Spent(tmp_path)
    with whole.step("provisioning"):
        clock.time += 1000
    whole.finish()
    assert not whole.again and whole.times.steps == {"provisioning": 1000.0}
    note = course.Spent(tmp_path).step("provisioning").__enter__()
    clock.time += 60
    note()  # and then it is killed
    later = course.Spent(tmp_path)
    assert later.again
    with later.step("provisioning"):
        clock.time += 30
    assert later.times.steps == {"provisioning": 90.0}
    assert "min, as" not in course.estimate(tmp_path, ARM64, True, KIND, 90, later.again)
    assert "less now" in course.estimate(tmp_path, ARM64, True, KIND, 90, later.again)
