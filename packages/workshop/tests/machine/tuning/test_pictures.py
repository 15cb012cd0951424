"""Sweeps as pictures."""

from __future__ import annotations

import matplotlib
import numpy as np
import pytest

from workshop.machine.tuning import pictures
from workshop.machine.tuning.choose import Table

matplotlib.use("Agg")


@pytest.fixture
def table() -> Table:
    rates = np.arange(1, 7, dtype=float).reshape(1, 2, 3) * 1e9
    return Table((1, 2), ("small", "middle", "large"), rates)


def test_a_line_for_each_thread_count(table: Table) -> None:
    (axes,) = pictures.over_size(table, (32, 64, 128)).axes
    lines = axes.get_lines()
    assert [line.get_label() for line in lines] == ["1 thread", "2 threads"]
    assert lines[1].get_ydata().tolist() == [4.0, 5.0, 6.0]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["32", "64", "128"]


def test_a_bar_for_each_workload_and_thread_count(table: Table) -> None:
    (axes,) = pictures.by_workload(table).axes
    assert sorted(patch.get_width() for patch in axes.patches) == [1, 2, 3, 4, 5, 6]
    assert [text.get_text() for text in axes.get_yticklabels()] == list(table.workloads)
