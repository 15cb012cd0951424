from __future__ import annotations

import io

import pytest
from rich.console import Console

from organiser.thumbdrive.parallel import Row, run_together
from workshop.core.errors import WorkshopError


def console(terminal: bool = False) -> Console:
    return Console(file=io.StringIO(), force_terminal=terminal, width=100)


def steady(row: Row) -> str:
    row.begin("writing", 100)
    for _ in range(4):
        row.advance(25)
    return "done"


def failing(row: Row) -> str:
    raise WorkshopError("pulled out")


@pytest.mark.parametrize("terminal", [False, True])
def test_ones_failure_does_not_end_the_others(terminal: bool) -> None:
    out = console(terminal)
    outcomes = run_together({"a": steady, "b": failing, "c": steady}, out)
    assert (outcomes["a"], str(outcomes["b"]), outcomes["c"]) == ("done", "pulled out", "done")
    shown = out.file.getvalue()
    assert "failed: pulled out" in shown
    assert terminal or {"a: writing", "a: done", "b: failed: pulled out"} <= set(shown.splitlines())
