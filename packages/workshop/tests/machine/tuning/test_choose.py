"""The choice of a thread count survives a noisy machine."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from workshop.machine.tuning.choose import (
    TOLERANCE,
    Table,
    pick,
    share_of_best,
)

THREADS = (1, 2, 4, 8)
WORKLOADS = ("step", "small", "large")


def table_of(rates: np.ndarray) -> Table:
    return Table(THREADS[: rates.shape[1]], WORKLOADS[: rates.shape[2]], rates)


def exact(*speeds: float, rounds: int = 3, workloads: int = 3) -> np.ndarray:
    """A machine without noise: the same speed for all workloads."""
    return np.broadcast_to(np.array(speeds)[None, :, None], (rounds, len(speeds), workloads)).copy()


@st.composite
def noisy_machines(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """True speeds (threads, workloads), and what was measured: small noise, and some wild rounds.

    Each round has a tempo of its own, for all alike; each figure is off by 1 % at most, but in up to a
    quarter of the rounds anything may have happened to any figure.
    """
    speeds = st.floats(0.5, 100)
    truth = draw(arrays.arrays(np.float64, (4, 3), elements=speeds))
    rounds = draw(st.integers(3, 12))
    tempo = draw(arrays.arrays(np.float64, (rounds, 1, 1), elements=st.floats(0.05, 1)))
    noise = draw(arrays.arrays(np.float64, (rounds, 4, 3), elements=st.floats(0.99, 1.01)))
    wild = draw(arrays.arrays(np.float64, (rounds, 4, 3), elements=st.floats(0.01, 1)))
    hit = draw(st.sets(st.integers(0, rounds - 1), max_size=rounds // 4))
    measured = truth * tempo * noise
    for number in hit:
        measured[number] *= wild[number]
    return truth, measured


@given(noisy_machines())
def test_the_pick_reaches_nine_tenths_of_the_best(machine: tuple[np.ndarray, np.ndarray]) -> None:
    truth, measured = machine
    picked = pick(table_of(measured))
    assert share_of_best(picked, table_of(truth[None])) >= 0.9


@pytest.mark.parametrize("busy", range(1, 12))
def test_two_sweeps_of_a_machine_that_is_busy_at_times_agree(busy: int) -> None:
    # Quiet, two threads are a fifth faster; busy, four times slower. Two sweeps side by side may see a busy
    # round more or less. A median over the rounds would then give three quarters of the speed away.
    def seen(rounds_busy: int) -> Table:
        rates = exact(1.0, 1.2, rounds=12)
        rates[:rounds_busy, 1] = 0.25
        return table_of(rates)

    for one, other in ((busy, busy - 1), (busy - 1, busy)):
        assert share_of_best(pick(seen(one)), seen(other)) > 0.83


def test_equally_fast_means_fewer_threads() -> None:
    assert pick(table_of(exact(1.0, 1 + TOLERANCE / 2))) == 1
    assert pick(table_of(exact(1.0, 1 + 2 * TOLERANCE))) == 2
    assert pick(table_of(exact(1.0, 1.2, 1.21))) == 2
