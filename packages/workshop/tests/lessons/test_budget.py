"""A lesson of fixed work, held to its budget: alone, and with two busy processes beside it.

The budget is set as those of the real lessons are, but here: how much longer a lesson with another mixture of
work takes on another kind of processor is not what this is about.
"""

from __future__ import annotations

import contextlib
import itertools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from kit import building

from workshop.lessons.plugin import WORKSHOP

# In each run test_judging.py has the verdicts, and real lessons are held to their budgets beside other jobs.
pytestmark = pytest.mark.slow

MARGIN = 1.25
# A piece is about 9 ms, and the start of a kernel 0.3 s: 300 pieces are two and a half times the work of 100.
# One run of so short a lesson says little: at a changing load its work was 1.03 to 1.36, and that of one with
# 200 pieces as little as 1.46.
PIECES, SLOWED = 100, 300

WORK = """\
import os
os.environ["OPENBLAS_NUM_THREADS"] = "1"
import numpy as np
left = np.random.default_rng(0).standard_normal((300, 300)).astype("f")
counts = {}
def piece():
    for number in range(30_000):
        counts[number % 50] = counts.get(number % 50, 0) + number
    for _ in range(10):
        np.tanh(left @ left)
"""


def lesson(pieces: int, work: float = 0.0) -> building.Notebook:
    budget = {"fast": {"work": work}} if work else {}
    do = f"for _ in range({pieces}): piece()"
    return building.notebook(building.code(WORK, name="define"), building.code(do, name="do"), budget=budget)


@contextlib.contextmanager
def busy(count: int) -> Iterator[None]:
    """Keep processors busy: half of the processes by counting, half by streaming through the memory."""
    programs = ["while True: pass", "data = bytearray(40_000_000)\nwhile True: data = bytearray(data)"]
    processes = [
        subprocess.Popen([sys.executable, "-c", program])
        for program in itertools.islice(itertools.cycle(programs), count)
    ]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def budget(tmp_path_factory: pytest.TempPathFactory) -> float:
    """What the lesson may take, by the most of three runs of it."""
    folder = tmp_path_factory.mktemp("notebooks")
    return round(
        MARGIN * max(building.run(folder, lesson(PIECES), plugin=WORKSHOP).work for _ in range(3)), 2
    )


@pytest.mark.parametrize("beside", [0, 2])
def test_other_work_beside_it_changes_no_verdict(tmp_path: Path, budget: float, beside: int) -> None:
    with busy(beside):
        sound = building.run(tmp_path, lesson(PIECES, budget), plugin=WORKSHOP)
        slowed = building.run(tmp_path, lesson(SLOWED, budget), plugin=WORKSHOP)
    assert sound.passed, sound.why
    assert not slowed.passed, slowed
    assert slowed.why.startswith("took ") and slowed.why.endswith(f"budget {budget:g} s of work")
