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
    called,
    joined,
    pick,
    relative,
    scores,
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


@given(st.integers(0, 10**6), st.sampled_from([2, 4]))
def test_bursts_of_contention_do_not_mislead(seed: int, counts: int) -> None:
    # A neighbour slows a quarter of the rounds, and hurts many threads most.
    rng = np.random.default_rng(seed)
    truth = rng.uniform(1, 3, counts)
    measured = exact(*truth, rounds=12) * rng.uniform(0.99, 1.01, (12, counts, 3))
    slowed = rng.choice(12, size=3, replace=False)
    measured[slowed] /= np.array(THREADS[:counts])[None, :, None] * rng.uniform(1, 4)
    assert share_of_best(pick(table_of(measured)), table_of(truth[None, :, None])) >= 0.9


def test_a_mean_over_the_rounds_would_be_misled() -> None:
    measured = exact(1.0, 1.5, rounds=5)
    measured[0, 0] = 100  # one clock that jumped
    assert pick(table_of(measured)) == 2
    assert measured.mean(axis=(0, 2)).argmax() == 0


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


def test_scores_are_shares_of_the_best() -> None:
    assert scores(table_of(exact(2.0, 4.0, 1.0))) == pytest.approx({1: 0.5, 2: 1.0, 4: 0.25})


def test_workloads_count_alike_whatever_they_take() -> None:
    rates = np.array([[[1.0, 1000.0], [2.0, 500.0]]])
    assert scores(table_of(rates)) == pytest.approx({1: 1.0, 2: 1.0})


def test_relative_speeds_have_the_mean_one() -> None:
    found = relative(table_of(exact(2.0, 8.0)))
    assert found[:, 0] == pytest.approx([0.5, 2.0])


def test_medians() -> None:
    rates = exact(1.0, 2.0)
    rates[0] = 50
    assert table_of(rates).rate(2, "small") == 2.0


def test_one_thread_is_no_threads() -> None:
    assert [called(threads) for threads in (1, 2, 16)] == ["1 thread", "2 threads", "16 threads"]


def test_the_rounds_of_several_sweeps_make_one_table() -> None:
    first = Table((1, 2), ("step",), np.array([[[1.0], [2.0]], [[3.0], [4.0]]]), seconds=1)
    second = Table((1, 2), ("step",), np.array([[[5.0], [6.0]]]), seconds=2)
    both = joined([first, second])
    assert both.rates[:, :, 0].tolist() == [[1, 2], [3, 4], [5, 6]]
    assert (both.threads, both.workloads, both.seconds) == ((1, 2), ("step",), 3)
    assert both.rate(2, "step") == 4


@pytest.mark.parametrize(("threads", "workloads"), [((1, 4), ("step",)), ((1, 2), ("small",))])
def test_sweeps_of_something_else_are_not_joined(
    threads: tuple[int, ...], workloads: tuple[str, ...]
) -> None:
    rates = np.ones((1, 2, 1))
    with pytest.raises(ValueError, match="same threads"):
        joined([Table((1, 2), ("step",), rates), Table(threads, workloads, rates)])
