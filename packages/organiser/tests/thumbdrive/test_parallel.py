from __future__ import annotations

import io
import threading
import time

import pytest
from rich.console import Console

from organiser.thumbdrive.parallel import Job, run_together
from organiser.thumbdrive.watch import Watch
from workshop.errors import WorkshopError


def console(terminal: bool = False) -> Console:
    return Console(file=io.StringIO(), force_terminal=terminal, width=100)


def steady(watch: Watch) -> str:
    for _ in range(4):
        watch.step("a file")
        watch.advance(25)
    return "done"


def failing(watch: Watch) -> str:
    raise WorkshopError("pulled out")


def test_ones_failure_does_not_end_the_others() -> None:
    out = console()
    outcomes = run_together([Job("a", 100, steady), Job("b", 100, failing), Job("c", 100, steady)], out, 3)
    assert [(each.label, each.result, each.why) for each in outcomes] == [
        ("a", "done", ""),
        ("b", None, "pulled out"),
        ("c", "done", ""),
    ]
    told = out.file.getvalue().splitlines()
    assert "a: 50 %" in told and "a: done" in told and "b: failed: pulled out" in told


def test_they_work_side_by_side() -> None:
    together = threading.Barrier(4, timeout=120)
    outcomes = run_together([Job(str(n), 0, lambda watch: together.wait()) for n in range(4)], console(), 4)
    assert all(each.why == "" for each in outcomes)


def test_no_more_at_once_than_was_said() -> None:
    now, most, guard = 0, 0, threading.Lock()
    together = threading.Barrier(2, timeout=120)

    def work(watch: Watch) -> None:
        nonlocal now, most
        with guard:
            now, most = now + 1, max(most, now + 1)
        together.wait()
        time.sleep(0.02)
        with guard:
            now -= 1

    run_together([Job(str(n), 0, work) for n in range(6)], console(), 2)
    assert most == 2


def test_a_fault_of_ours_stops_all_and_is_passed_on() -> None:
    def wrong(watch: Watch) -> None:
        raise ValueError("a fault")

    def endless(watch: Watch) -> None:
        while True:
            watch.check()
            time.sleep(0.01)

    with pytest.raises(ValueError, match="a fault"):
        run_together([Job("a", 0, endless), Job("b", 0, wrong)], console(), 2)


def test_each_knows_how_many_are_worked_on_beside_it() -> None:
    jobs = [Job(str(n), 0, lambda watch: watch.beside) for n in range(3)]
    assert [each.result for each in run_together(jobs, console(), 2)] == [2, 2, 2]
    assert [each.result for each in run_together(jobs, console(terminal=True), 8)] == [3, 3, 3]
