"""The yardstick: what rounds come to, and that a lesson is stopped for them and goes on."""

import collections
import itertools
import json
import math
import mmap
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from waiting import alive, wait_until

from workshop.lessons import yardstick
from workshop.lessons.processes import die_with_parent
from workshop.lessons.yardstick import REFERENCE, Beside, Round, Yardstick, read
from workshop.machine import kernel

from . import building


def rounds(*values: float) -> list[Round]:
    return [Round(value, value) for value in values]


def test_the_mean_counts_so_that_a_slow_half_is_felt() -> None:
    assert read(rounds(*[1.0] * 10, *[2.0] * 10)).slowness == pytest.approx(1.5)


def test_single_rounds_that_something_disturbed_are_left_out() -> None:
    quiet = read(rounds(*[1.0] * 18))
    disturbed = read(rounds(*[1.0] * 18, 9.0, 0.1))
    assert disturbed.slowness == quiet.slowness == 1.0
    assert disturbed.noise == 0.0


def test_the_noise_is_the_range_of_the_middle_half() -> None:
    reading = read(rounds(1.9, 2.0, 2.0, 2.1, 2.2))
    assert reading.noise == pytest.approx(0.05)
    assert (reading.rounds, read(rounds(1.0)).noise) == (5, 0.0)


class Clock:
    """A clock that goes on by itself whenever it is looked at."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.now = seconds, 0.0

    def __call__(self) -> float:
        self.now += self.seconds
        return self.now


def test_slowness_is_the_processors_time_and_delay_the_clocks() -> None:
    reference = sum(1 / seconds for seconds in REFERENCE.values()) / len(REFERENCE)
    taken = Yardstick(Clock(0.03), Clock(0.12)).round()
    assert taken.slowness == pytest.approx(0.03 * reference)
    assert taken.delay == pytest.approx(0.12 * reference)


def test_the_rounds_after_a_lesson_are_those_before_the_next_for_some_seconds() -> None:
    clock = Clock(0.001)
    taken = Yardstick(Clock(0.03), clock)
    after = taken.at_rest()
    assert len(after) == yardstick.ROUNDS_AT_REST
    clock.now += yardstick.RECENT / 2
    assert all(one is other for one, other in zip(taken.at_rest(anew=False), after, strict=True))
    assert taken.at_rest()[0] is not after[0], "after a lesson they are always taken"
    newest = taken.at_rest(anew=False)
    clock.now += 2 * yardstick.RECENT
    assert taken.at_rest(anew=False)[0] is not newest[0]


def test_what_is_looked_at_was_not_for_as_many_rounds_as_there_are() -> None:
    turns = list(itertools.islice(yardstick._in_turn(list(range(11)), 3), 7))
    assert [place for turn in turns[:3] for place in turn] == list(range(9))
    assert turns[3:6] == turns[:3] and turns[6] == turns[0]


def test_there_is_a_place_in_each_page() -> None:
    memory, places = yardstick._scattered(100)
    assert sorted(place // mmap.PAGESIZE for place in places) == list(range(100))
    assert len(memory) == 100 * mmap.PAGESIZE and places != sorted(places)


@pytest.mark.parametrize("asked", [{}, kernel.LARGE_PAGES])
def test_the_pieces_lie_in_pages_as_kernels_have_them(
    asked: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    advised: list[int] = []

    class Memory(mmap.mmap):
        def madvise(self, option: int) -> None:
            advised.append(option)

    monkeypatch.setattr(yardstick, "large_pages", lambda: asked)
    monkeypatch.setattr(yardstick.mmap, "mmap", Memory)
    assert 0.1 < Yardstick().round().slowness < 60
    assert advised == ([mmap.MADV_HUGEPAGE] * 2 if asked else [])


def test_this_machine_has_a_slowness_that_can_be_believed() -> None:
    reading = read(Yardstick().rounds(8))
    assert 0.1 < reading.slowness < 30 and reading.rounds == 8


def test_the_pieces_have_one_thread_and_leave_the_lesson_its_own() -> None:
    program = (
        "import os, json, threading\nfrom workshop.lessons.yardstick import Yardstick\nYardstick()\n"
        "threads = len(os.listdir('/proc/self/task'))\n"
        "print(json.dumps([threads, os.environ.get('OPENBLAS_NUM_THREADS')]))"
    )
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "2"}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True
    )
    assert json.loads(done.stdout) == [1, "2"]


class Watching(Yardstick):
    """Does no work, but waits in each round until a process is stopped."""

    def __init__(self, pid: int | None) -> None:
        self.pid, self.seen = pid, 0

    def round(self) -> Round:
        if self.pid is not None:
            wait_until(lambda: state(self.pid) == "T", 30, "it is stopped")
        self.seen += 1
        return Round(1.0, 1.0)


def state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_a_group_is_stopped_for_each_round_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yardstick, "SHORTEST_INTERVAL", 0.01)
    monkeypatch.setattr(yardstick, "WORK_BETWEEN", 0.01)
    program = [sys.executable, "-c", "while True: pass"]
    with subprocess.Popen(program, start_new_session=True, preexec_fn=die_with_parent) as busy:
        try:
            watching = Watching(busy.pid)
            beside = Beside(watching, busy.pid)
            with beside:
                wait_until(lambda: watching.seen >= 3, 30, "three rounds were taken")
            wait_until(lambda: state(busy.pid) == "R", 30, "it goes on")
        finally:
            busy.kill()
    assert len(beside.rounds) == watching.seen and beside.stopped_seconds > 0


def test_a_round_comes_with_the_lessons_work_not_with_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that waits for its turn is not asked again and again how slow the machine is."""
    monkeypatch.setattr(yardstick, "SHORTEST_INTERVAL", 0.01)
    told = iter([0.0] * 20 + [yardstick.WORK_BETWEEN] * 20 + [2 * yardstick.WORK_BETWEEN])
    watching = Watching(None)
    beside, seen, looked = Beside(watching, None), [], []

    def spent() -> float:
        looked.append(next(told, 2 * yardstick.WORK_BETWEEN))
        seen.append(watching.seen)
        return looked[-1]

    monkeypatch.setattr(beside, "_spent", spent)
    with beside:
        wait_until(lambda: len(looked) >= 50, 60, "it was looked at often")
    assert (seen[20], seen[40], watching.seen) == (0, 1, 2)


def test_the_work_of_a_lesson_is_that_of_its_processor() -> None:
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as waiting:
        assert Beside(Watching(None), waiting.pid)._spent() < 1
        waiting.kill()
    own = os.times()
    assert Beside(Watching(None), os.getpid())._spent() == pytest.approx(sum(own[:4]), abs=0.5)
    assert Beside(Watching(None), None)._spent() == math.inf


def test_a_process_that_is_gone_is_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yardstick, "SHORTEST_INTERVAL", 0.01)
    ended = subprocess.Popen(["true"], start_new_session=True)
    ended.wait()
    watching = Watching(None)
    beside = Beside(watching, ended.pid)
    with beside:
        wait_until(lambda: watching.seen >= 2, 30, "two rounds were taken")
    assert len(beside.rounds) == watching.seen


def test_nothing_stays_stopped_when_the_worker_is_killed(tmp_path: Path) -> None:
    """The worker is killed in the middle of a round, when the lesson and its child are stopped."""
    source = (
        "import os, signal, subprocess\n"
        "from pathlib import Path\n"
        "child = subprocess.Popen(['sleep', '120'])\n"
        f"Path({str(tmp_path / 'child')!r}).write_text(str(child.pid))\n"
        "worker, lesson = os.getppid(), os.getpid()\n"
        # In a group of its own, or it might be stopped before it kills: nothing lets a stopped lesson go on.
        "if other := os.fork():\n"
        "    while os.getpgid(other) == os.getpgrp(): pass\n"
        "    while True: os.killpg(os.getpgrp(), signal.SIGSTOP)\n"  # again, if a round let it go on
        "else:\n"
        "    os.setpgrp()\n"
        "    while ') T ' not in Path(f'/proc/{lesson}/stat').read_text(): pass\n"
        "    os.kill(worker, signal.SIGKILL)\n"
        "    os._exit(0)\n"
    )
    result = building.run(tmp_path / "notebooks", building.notebook(building.code(source, name="end")))
    assert "the lesson runner itself stopped" in result.why
    child = int((tmp_path / "child").read_text())
    wait_until(lambda: not alive(child), 30, "the child has ended")


def test_its_pieces_are_the_work_that_its_lengths_were_measured_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less or more of it, and all budgets would be of another length: then measure the lengths anew."""
    done: list[tuple[str, int]] = []
    pieces = yardstick._array_pieces()
    for name in ("dot", "multiply", "add", "maximum"):
        monkeypatch.setattr(np, name, lambda *given, out, name=name: done.append((name, out.size)))
    for work in pieces.values():
        work()
    assert dict(collections.Counter(done)) == {
        ("dot", 512 * 512): 8,
        ("multiply", 1_500_000): 16,
        ("add", 1_500_000): 16,
        ("maximum", 1_500_000): 16,
    }
