"""Measured in a process of its own, as the worker is: what it starts is what is found."""

import json
import subprocess
import sys
from typing import Any

import pytest
from waiting import alive, patience, wait_until

MB = 10**6
ALLOCATE = "import time; data = bytearray({size}); print('ready', flush=True); time.sleep(60)"


def alone(program: str) -> Any:
    """Run a program that prints JSON last, in a process of its own."""
    preamble = (
        "import json, os, subprocess, sys, time\n"
        "from lessonkit import processes as p\n"
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


def test_pages_that_a_fork_shares_count_once() -> None:
    size = 200 * MB
    forking = (
        f"import os, time; data = bytearray(b'x') * {size}\n"
        "[os.fork() or time.sleep(60) for _ in range(2)]\n"
        "time.sleep(0.2); print('ready', flush=True); time.sleep(60)"
    )
    peak = alone(f"start({forking!r}); print(json.dumps(p.memory_below())); p.end_descendants()")
    assert peak == pytest.approx(size, rel=0.15)


def test_what_a_child_started_is_ended_and_what_left_it_in_its_group() -> None:
    orphan = "import subprocess; print(subprocess.Popen(['sleep', '60']).pid, flush=True)"
    waiting = f"{orphan}; import time; time.sleep(60)"
    child, left = alone(
        f"parent = start({waiting!r})\n"
        f"leader = subprocess.Popen([sys.executable, '-c', {orphan!r}], stdout=subprocess.PIPE, text=True,"
        " start_new_session=True)\n"
        "orphan = int(leader.stdout.readline()); leader.wait()\n"
        "(below,) = [each.pid for each in p.descendants() if each.pid != parent.pid]\n"
        "p.end_descendants(leader.pid); print(json.dumps([below, orphan]))\n"
    )
    wait_until(lambda: not alive(child) and not alive(left), 30, "both have ended")
