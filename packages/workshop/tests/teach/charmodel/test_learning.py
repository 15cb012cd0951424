from __future__ import annotations

import pytest

from workshop.teach.charmodel.learning import falling


def test_the_rate_rises_to_its_peak_and_falls_along_a_cosine() -> None:
    rate = falling(2.0, warm_up=0.1, end=0.01)
    rates = [rate(step, 101) for step in range(101)]
    assert max(rates) == rates[11] == pytest.approx(2.0, rel=0.01)
    assert rates[:11] == sorted(rates[:11]) and rates[11:] == sorted(rates[11:], reverse=True)
    assert rates[-1] == pytest.approx(0.02)
