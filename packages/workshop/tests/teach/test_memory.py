"""The memory line tells what the kernel really holds."""

from __future__ import annotations

import numpy as np

from workshop.teach import memory


def test_memory_that_is_allocated_is_counted() -> None:
    before = memory.used_mb()
    block = np.ones(8_000_000)
    assert 50 <= memory.used_mb() - before <= 80
    assert memory.peak_mb() >= memory.used_mb() - 2
    del block
