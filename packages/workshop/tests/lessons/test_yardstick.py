"""The yardstick: what rounds come to, and that a lesson is stopped for them and goes on."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from kit import building
from waiting import alive, wait_until

from workshop.lessons import yardstick
from workshop.lessons.plugin import WORKSHOP
from workshop.lessons.yardstick import Beside, Round, Yardstick, read


def rounds(*values: float) -> list[Round]:
    return [Round(value, value) for value in values]


def test_the_mean_counts_so_that_a_slow_half_is_felt() -> None:
    assert read(rounds(*[1.0] * 10, *[2.0] * 10)).slowness == pytest.approx(1.5)


def test_single_rounds_that_something_disturbed_are_left_out() -> None:
    quiet = read(rounds(*[1.0] * 18))
    disturbed = read(rounds(*[1.0] * 18, 9.0, 0.1))
    assert disturbed.slowness == quiet.slowness == 1.0
    assert disturbed.noise == 0.0


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
    with subprocess.Popen(program, start_new_session=True) as busy:
        try:
            watching = Watching(busy.pid)
            beside = Beside(watching, busy.pid)
            with beside:
                wait_until(lambda: watching.seen >= 3, 30, "three rounds were taken")
            wait_until(lambda: state(busy.pid) == "R", 30, "it goes on")
        finally:
            busy.kill()
    assert len(beside.rounds) == watching.seen and beside.stopped_seconds > 0


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
    result = building.run(
        tmp_path / "notebooks", building.notebook(building.code(source, name="end")), plugin=WORKSHOP
    )
    assert "the lesson runner itself stopped" in result.why
    child = int((tmp_path / "child").read_text())
    wait_until(lambda: not alive(child), 30, "the child has ended")
