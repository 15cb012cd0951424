"""Means of a few recorded runs, and how far apart runs of the same seed are."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from pytest import approx

from workshop.teach.ablations import windows
from workshop.teach.policy import recording

DAY = {"day": "2026-11-27"}


def test_a_change_is_compared_with_the_unchanged_run_of_the_same_seed() -> None:
    others = {
        "ablations/no baseline/1": {"won": 0.25, **DAY},
        "ablations/no baseline/2": {"won": 0.45, **DAY},
        "ablations/one picture/4": {"won": 0.45, **DAY},
    }
    whole = {f"pong/{seed}": {"won": 0.5 + seed / 10, **DAY} for seed in (1, 2, 3)}
    assert recording.with_everything(whole) == approx({1: 0.6, 2: 0.7, 3: 0.8})
    found = recording.differences(whole | others)
    assert set(found) == {"no baseline"}, "seed 4 has no unchanged run"
    assert found["no baseline"] == approx([-0.35, -0.25])


@pytest.mark.parametrize(
    ("interval", "runs"),
    [
        *((recording.interval, runs) for runs in range(2, 11)),
        *((windows.interval, runs) for runs in range(2, 6)),
    ],
)
def test_an_interval_holds_95_percent_of_students_distribution(
    interval: Callable[..., tuple[float, float | None]], runs: int
) -> None:
    values = np.arange(runs, dtype=float)
    mean, half = interval(values)
    assert half is not None and mean == (runs - 1) / 2
    t, free = half * runs**0.5 / values.std(ddof=1), runs - 1
    middle = np.linspace(-t, t, 20001)
    density = math.gamma((free + 1) / 2) / (math.gamma(free / 2) * (free * math.pi) ** 0.5)
    share = np.trapezoid(density * (1 + middle**2 / free) ** (-(free + 1) / 2), middle)
    assert share == approx(0.95, abs=5e-4)
