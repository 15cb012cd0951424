"""Batches lose and repeat nothing; learning rates go where they should."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop.teach.batches import batches, warm_up_then_down


@given(st.integers(0, 60), st.integers(1, 70), st.none() | st.integers(0, 5))
def test_every_row_comes_exactly_once_and_arrays_stay_together(
    count: int, size: int, seed: int | None
) -> None:
    rows = np.arange(count)
    rng = None if seed is None else np.random.default_rng(seed)
    pieces = list(batches(rows, rows * 10, size=size, rng=rng))
    assert all(len(some) == size for some, _ in pieces[:-1])
    seen = [int(row) for some, _ in pieces for row in some]
    assert sorted(seen) == rows.tolist()
    assert all((tens == some * 10).all() for some, tens in pieces)


def test_arrays_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\[3, 4\]"):
        batches(np.zeros(3), np.zeros(4), size=2)


@given(st.integers(20, 3000), st.floats(1e-4, 1), st.floats(0.05, 0.5))
def test_the_rate_rises_once_and_falls_once(steps: int, peak: float, warm_up: float) -> None:
    schedule = warm_up_then_down(peak, warm_up)
    rates = [schedule(step, steps) for step in range(steps)]
    top = int(np.argmax(rates))
    assert 0 < rates[0] < peak
    assert peak * 0.5 < rates[top] <= peak
    assert abs(top - warm_up * steps) <= 1
    assert np.all(np.diff(rates[: top + 1]) > 0)
    assert np.all(np.diff(rates[top:]) < 0)
    assert rates[-1] == pytest.approx(1e-5)
