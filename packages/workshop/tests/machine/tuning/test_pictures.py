"""Sweeps as pictures."""

from __future__ import annotations

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import same_color

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


def test_another_machines_lines_lie_beside_in_the_same_colours(table: Table) -> None:
    elsewhere = {"1 thread": [9.0, 8.0, 7.0], "2 threads": [6.0, 5.0, 4.0]}
    (axes,) = pictures.over_size(table, (32, 64, 128), elsewhere).axes
    own, theirs = axes.get_lines()[:2], axes.get_lines()[2:]
    assert [line.get_label() for line in theirs] == ["1 thread, recorded", "2 threads, recorded"]
    assert list(theirs[0].get_ydata()) == [9.0, 8.0, 7.0]
    assert all(same_color(one.get_color(), other.get_color()) for one, other in zip(own, theirs, strict=True))
    assert {line.get_linestyle() for line in theirs} == {"--"}


def test_a_bar_for_each_workload_and_thread_count(table: Table) -> None:
    (axes,) = pictures.by_workload(table).axes
    assert sorted(patch.get_width() for patch in axes.patches) == [1, 2, 3, 4, 5, 6]
    assert [text.get_text() for text in axes.get_yticklabels()] == list(table.workloads)


def test_the_middle_half_of_the_rounds_is_drawn_around_the_median() -> None:
    rounds = np.array([1.0, 2, 3, 4, 9]) * 1e9
    table = Table((1,), ("one", "other"), np.stack([rounds, 2 * rounds], axis=1)[:, np.newaxis])
    (axes,) = pictures.over_size(table, (32, 64)).axes
    band = axes.collections[0].get_paths()[0].vertices
    assert {height for side, height in band if side == 32} == {2, 4}
    assert {height for side, height in band if side == 64} == {4, 8}
    (axes,) = pictures.by_workload(table).axes
    ends = [segment[:, 0].tolist() for segment in axes.collections[0].get_segments()]
    assert ends == [[2, 4], [4, 8]]
