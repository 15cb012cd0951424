"""A lesson of fixed work, held to its budget: alone, and with two busy processes beside it.

The budget is a number that was measured elsewhere, as those of the real lessons are.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from . import building

pytestmark = pytest.mark.slow

# Measured as the budgets of the real lessons are: the median of many runs of 100 pieces is 2.05 seconds of work,
# of which 1.2 go into the start of the kernel. 170 pieces are 30 % more work than 100.
BUDGET = 2.36
PIECES, SLOWED = 100, 170

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
    cells = building.code(WORK, name="define"), building.code(f"for _ in range({pieces}): piece()", name="do")
    return building.notebook(*cells, budget=budget)


@contextlib.contextmanager
def busy(count: int) -> Iterator[None]:
    """Keep processors busy: half of the processes by counting, half by streaming through the memory."""
    programs = ["while True: pass", "data = bytearray(40_000_000)\nwhile True: data = bytearray(data)"]
    processes = [
        subprocess.Popen([sys.executable, "-c", programs[index % len(programs)]]) for index in range(count)
    ]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


@pytest.mark.parametrize("beside", [0, 2])
def test_other_work_beside_it_changes_no_verdict(tmp_path: Path, beside: int) -> None:
    with busy(beside):
        sound = building.run(tmp_path, lesson(PIECES, BUDGET))
        slowed = building.run(tmp_path, lesson(SLOWED, BUDGET))
    assert sound.passed, sound.why
    assert not slowed.passed, slowed
    assert slowed.why.startswith("took ") and slowed.why.endswith(f"budget {BUDGET} s of work")
