"""Processes are measured in turns, fairly, and end in every case."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import psutil
import pytest
from waiting import wait_until

from workshop.core.errors import WorkshopError
from workshop.machine.tuning import sweep
from workshop.machine.tuning.choose import pick

# Answers as a worker does; its speed is the number of threads, and it writes down when it was asked.
FAKE = """
import json, os, sys
threads = int(os.environ["OPENBLAS_NUM_THREADS"])
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    ask = json.loads(line)
    with open(os.environ["DIARY"], "a") as diary:
        diary.write(f"{threads} ")
    print(json.dumps({"rates": {name: float(threads) for name in ask["workloads"]}}), flush=True)
"""
COMMAND = (sys.executable, "-c", FAKE)
NAMES = ("a", "b")


@pytest.fixture(autouse=True)
def diary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DIARY", str(tmp_path / "diary"))
    monkeypatch.setattr(sweep, "SETTLE_SECONDS", 0.0)
    return tmp_path / "diary"


def test_each_round_asks_everybody_once_in_another_order(diary: Path) -> None:
    seen: list[tuple[int, int]] = []
    with sweep.workers((1, 2, 4), NAMES, COMMAND) as team:
        table = sweep.sweep(team, sweep.Plan(NAMES, rounds=6), lambda done, all_: seen.append((done, all_)))
    asked = diary.read_text().split()
    rounds = [asked[start : start + 3] for start in range(0, 18, 3)]
    assert all(sorted(each) == ["1", "2", "4"] for each in rounds)
    assert len({tuple(each) for each in rounds}) > 1
    assert seen == [(done, 6) for done in range(1, 7)]
    assert table.rates.shape == (6, 3, 2)
    assert table.rates[:, 2].tolist() == [[4.0, 4.0]] * 6
    assert pick(table) == 4


def test_processes_end_with_the_block() -> None:
    with sweep.workers((1, 2), NAMES, COMMAND) as team:
        identities = [worker._process.pid for worker in team]
    for identity in identities:
        with pytest.raises(ProcessLookupError):
            os.kill(identity, 0)


def test_a_process_that_cannot_start_says_why() -> None:
    broken = (sys.executable, "-c", "raise ImportError('no Theano here')")
    why = "OPENBLAS_NUM_THREADS=1 failed: ImportError: no Theano here"
    with pytest.raises(WorkshopError, match=why), sweep.workers((1, 2), NAMES, broken):
        pass


def test_a_process_that_dies_on_the_way_says_why() -> None:
    fragile = (
        sys.executable,
        "-c",
        "print('{}', flush=True); input(); import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    )
    with sweep.workers((1,), NAMES, fragile) as team, pytest.raises(WorkshopError, match="out of memory"):
        sweep.sweep(team, sweep.Plan(NAMES, rounds=3))


def test_neighbours_compute_and_go() -> None:
    before, others = os.times(), psutil.Process().children()
    with sweep.busy_neighbours(1):
        (neighbour,) = set(psutil.Process().children()) - set(others)
        wait_until(lambda: neighbour.cpu_times().user > 0.2, 30, "it computes")
    after = os.times()
    assert after.children_user > before.children_user + 0.1
    assert not neighbour.is_running()


def test_neighbours_end_by_themselves() -> None:
    others = psutil.Process().children()
    with sweep.busy_neighbours(1, longest=0.1):
        (neighbour,) = set(psutil.Process().children()) - set(others)
        # Not ended from outside: nobody leaves the block before it has.
        neighbour.wait(120)
