"""The picture of score against time says over how many boards each figure is."""

from __future__ import annotations

import pytest

pytest.importorskip("matplotlib")

from benchmarks.bubblebreaker.curve_plot import draw
from benchmarks.bubblebreaker.search_curve import PUBLISHED


def test_times_and_records_are_named() -> None:
    svg = draw([(1, 3000.0), (10, 3500.0)], 10, PUBLISHED)
    assert "ours over 10 boards, published over 20" in svg
    for record in PUBLISHED:
        assert f"{record.name}: {record.total:,} / 20" in svg


def test_the_same_figures_give_the_same_picture() -> None:
    assert draw([(1, 3000.0)], 10, PUBLISHED) == draw([(1, 3000.0)], 10, PUBLISHED)
