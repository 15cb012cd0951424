"""Whoever sits at a notebook compiles before the warm-up does."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from workshop.machine import handover

GREEDY = """
import os, sys, time
from workshop.machine import handover
lock, taken = sys.argv[1], sys.argv[2]
os.nice(19)
while True:
    handover.begin(lock)
    try:
        os.mkdir(lock)
    except FileExistsError:
        handover.wait(lock, 0.001)
        continue
    with open(taken, "a") as file:
        file.write(".")
    time.sleep(0.01)
    os.rmdir(lock)
"""


def taken_often(taken: Path, more: int) -> None:
    """Wait until the warm-up has taken the lock so many times more."""
    begin = taken.stat().st_size if taken.exists() else 0
    while not taken.exists() or taken.stat().st_size < begin + more:
        time.sleep(0.01)


def take(lock: Path) -> None:
    """Take the lock as a kernel does: who gives way may have been held up between its look and its hold."""
    handover.begin(str(lock))
    while True:
        try:
            lock.mkdir()
            return
        except FileExistsError:
            handover.wait(str(lock), 60.0)


def test_who_waits_gets_the_lock_and_keeps_it_for_the_next_cell(tmp_path: Path) -> None:
    lock, taken = tmp_path / "lock_dir", tmp_path / "taken"
    words = [sys.executable, "-c", GREEDY, str(lock), str(taken)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(words, env=environment) as warming:
        try:
            taken_often(taken, 3)
            take(lock)
            before = taken.stat().st_size
            lock.rmdir()
            for _ in range(3):  # cell after cell
                take(lock)
                lock.rmdir()
            # A process that had looked just before it was wanted may take it once.
            assert taken.stat().st_size <= before + 1
            taken_often(taken, 3)
        finally:
            warming.kill()


def test_a_file_of_the_future_or_of_long_ago_holds_nobody_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handover, "gives_way", lambda: True)
    wanted = tmp_path / handover.WANTED
    wanted.touch()
    for offset in (3600, -3600):
        os.utime(wanted, (time.time() + offset,) * 2)
        handover.begin(str(tmp_path / "lock_dir"))  # comes back


def test_a_folder_that_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    handover.begin(str(tmp_path / "nowhere" / "lock_dir"))
    (tmp_path / handover.WANTED).symlink_to(tmp_path / "elsewhere")
    handover.begin(str(tmp_path / "lock_dir"))
    assert not (tmp_path / "elsewhere").exists()
