"""Intervals by the bootstrap."""

from __future__ import annotations

import numpy as np
import pytest

from workshop.teach.names import intervals


def test_a_bootstrap_interval_is_as_wide_as_theory_says() -> None:
    values = np.arange(2000) % 5 < 2
    found = intervals.of_mean(values, range(2000))
    assert found.mean == pytest.approx(0.4)
    assert found.high - found.low == pytest.approx(2 * 1.96 * np.sqrt(0.4 * 0.6 / 2000), rel=0.1)


def test_names_of_one_family_count_as_one_observation() -> None:
    values = np.repeat(np.arange(100) % 2, 10)
    alone = intervals.of_mean(values, range(1000))
    together = intervals.of_mean(values, [f"family {number // 10}" for number in range(1000)])
    assert together.high - together.low > 2.5 * (alone.high - alone.low)
