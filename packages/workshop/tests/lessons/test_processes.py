"""Measured in a process of its own, as the worker is: what it starts is what is found."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from waiting import alive, patience, wait_until

from workshop.lessons import processes

MB = 10**6
ALLOCATE = "import time; data = bytearray({size}); print('ready', flush=True); time.sleep(60)"


def alone(program: str) -> Any:
    """Run a program that prints JSON last, in a process of its own."""
    preamble = (
        "import json, os, subprocess, sys, time\n"
        "from workshop.lessons import processes as p\n"
        "def start(code):\n"
        "    child = subprocess.Popen([sys.executable, '-c', code], stdout=subprocess.PIPE, text=True)\n"
        "    child.stdout.readline()\n"
        "    return child\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", preamble + program],
        capture_output=True,
        text=True,
        timeout=patience(60),
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def test_the_memory_of_a_child_is_measured_within_15_percent() -> None:
    size = 300 * MB
    peak = alone(
        "watch = p.MemoryWatch(); watch.start()\n"
        f"start({ALLOCATE.format(size=size)!r})\n"
        f"while watch.peak < {0.85 * size}: time.sleep(0.05)\n"
        "time.sleep(0.3); print(json.dumps(watch.stop())); p.end_descendants()\n"
    )
    assert peak == pytest.approx(size, rel=0.15)


def test_the_memory_of_several_children_adds_up_within_15_percent() -> None:
    size = 150 * MB
    peak = alone(
        f"start({ALLOCATE.format(size=size)!r}); start({ALLOCATE.format(size=size)!r})\n"
        "print(json.dumps(p.memory_below(os.getpid()))); p.end_descendants()\n"
    )
    assert peak == pytest.approx(2 * size, rel=0.15)


def test_pages_that_a_fork_shares_count_once() -> None:
    size = 200 * MB
    forking = (
        f"import os, time; data = bytearray(b'x') * {size}\n"
        "[os.fork() or time.sleep(60) for _ in range(2)]\n"
        "time.sleep(0.2); print('ready', flush=True); time.sleep(60)"
    )
    peak = alone(f"start({forking!r}); print(json.dumps(p.memory_below(os.getpid()))); p.end_descendants()")
    assert peak == pytest.approx(size, rel=0.15)


def test_a_child_that_has_not_begun_its_program_has_no_memory_of_its_own(tmp_path: Path) -> None:
    """As in the moment between vfork and exec, here held up by a file that nobody writes."""
    size = 200 * MB
    os.mkfifo(tmp_path / "never")
    spawning = (
        f"import os; data = bytearray(b'x') * {size}; print('ready', flush=True)\n"
        f"waiting = [(os.POSIX_SPAWN_OPEN, 0, {str(tmp_path / 'never')!r}, os.O_RDONLY, 0)]\n"
        "os.posix_spawn('/bin/true', ['true'], {}, file_actions=waiting)"
    )
    processes, memory = alone(
        f"start({spawning!r})\n"
        "while len(p.descendants(os.getpid())) < 2: time.sleep(0.01)\n"
        "found = p.memory_below(os.getpid())\n"
        "print(json.dumps([len(p.descendants(os.getpid())), found])); p.end_descendants()"
    )
    assert processes == 2
    assert memory == pytest.approx(size, rel=0.15)


def test_a_fork_that_is_counted_twice_for_a_moment_is_no_peak() -> None:
    peak = alone(
        "sums = [100, 100, 250, 120, 90]\n"
        "p.memory_below = lambda *_: sums.pop(0) if sums else 100\n"
        "watch = p.MemoryWatch(); watch.start()\n"
        "while sums: time.sleep(0.01)\n"
        "print(json.dumps(watch.stop()))\n"
    )
    assert peak == 120


def test_a_kernel_is_looked_at_by_its_work_not_by_the_clock_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine looking would else take more than the lesson."""
    watch, now, spent = processes.MemoryWatch(), [100.0], [0.0]
    monkeypatch.setattr(processes.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(processes, "spent_by", lambda pid: spent[0])
    assert watch._is_due() and watch._is_due(), "while there is no kernel, each time"
    watch.kernel = 1
    spent[0] = 1.0
    assert watch._is_due()
    now[0], spent[0] = 100.1, 1.0 + processes.SAMPLING_WORK / 2
    assert not watch._is_due(), "it has come to little since"
    spent[0] = 1.0 + processes.SAMPLING_WORK
    assert watch._is_due() and not watch._is_due()
    now[0] += processes.LONGEST_PAUSE
    assert watch._is_due(), "its children may have worked"

    def ended(_pid: int) -> float:
        raise FileNotFoundError

    monkeypatch.setattr(processes, "spent_by", ended)
    assert watch._is_due() and watch._is_due()


@pytest.mark.parametrize("listed", [True, False])
def test_orphans_are_found_and_ended(listed: bool) -> None:
    search = "" if listed else "p._children = p._children_by_search\n"
    orphan = "import subprocess; print(subprocess.Popen(['sleep', '60']).pid, flush=True)"
    found, left = alone(
        search + "p.adopt_orphans()\n"
        f"child = subprocess.Popen([sys.executable, '-c', {orphan!r}], stdout=subprocess.PIPE, text=True)\n"
        "orphan = int(child.stdout.readline()); child.wait()\n"
        "found = orphan in p.descendants(os.getpid())\n"
        "p.end_descendants(); print(json.dumps([found, p.descendants(os.getpid())]))\n"
    )
    assert (found, left) == (True, [])


def test_a_child_dies_with_its_parent() -> None:
    program = (
        "import os, subprocess, sys\nfrom workshop.lessons.processes import die_with_parent\n"
        "print(subprocess.Popen(['sleep', '60'], preexec_fn=die_with_parent).pid, flush=True)\nos._exit(0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, timeout=patience(60), check=True
    )
    child = int(done.stdout)
    wait_until(lambda: not alive(child), 30, "the child has ended")
