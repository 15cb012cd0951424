"""A deadline passes by this process's own time, or by the clock when the machine is busy."""

from __future__ import annotations

import time

from bubblebreaker.search.deadline import Deadline


def test_it_passes_after_so_much_work() -> None:
    deadline = Deadline(0.02, clock_share=1e6)
    assert not deadline.passed()
    time.sleep(0.05)
    assert not deadline.passed(), "sleeping is no work"
    while deadline.spent() < 0.02:
        sum(range(1000))
    assert deadline.passed()


def test_it_passes_by_the_clock_when_nothing_gets_done() -> None:
    deadline = Deadline(0.02, clock_share=2)
    time.sleep(0.05)
    assert deadline.passed()


def test_without_a_limit_it_never_passes() -> None:
    assert not Deadline(float("inf")).passed()
