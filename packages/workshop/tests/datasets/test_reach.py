from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from workshop.datasets.network import (
    Reach,
    SilentError,
    UnavailableError,
    UnreachableError,
    Visit,
)


def together(number: int, work: Callable[[int], str]) -> list[str]:
    """Do it so often at once; what was raised counts by its text."""

    def attempt(which: int) -> str:
        try:
            return work(which)
        except UnavailableError as error:
            return f"{type(error).__name__}: {error}"

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(attempt, range(number)))


@pytest.mark.parametrize("error", [SilentError("slow"), UnreachableError("refused")])
def test_one_fault_of_a_live_host_does_not_fail_other_downloads(error: UnavailableError) -> None:
    """All are there at once; one meets with a fault, the others go on, and so do those who come later."""
    reach, barrier = Reach(), threading.Barrier(16)
    with reach.gate("host") as first:
        first.answered()

    def work(number: int) -> str:
        def visit(visit: Visit) -> str:
            if number == 3:
                raise error
            visit.answered()
            return "served"

        barrier.wait()
        return reach.ask("host", visit)

    got = together(16, work)
    assert got.pop(3) == f"{type(error).__name__}: {error}"
    assert got == ["served"] * 15
    assert reach.alive("host")
    assert reach.ask("host", lambda visit: "served") == "served"


@pytest.mark.parametrize("error", [UnavailableError("no such file"), KeyError("a fault of ours"), None])
def test_another_fault_does_not_make_a_host_dead(error: Exception | None) -> None:
    reach = Reach()
    for _ in range(2):
        try:
            with reach.gate("host"):
                if error:
                    raise error
        except (UnavailableError, KeyError) as raised:
            assert raised is error
    assert reach.alive("host")
