"""What a run's table shows beside the work: what was compiled, where something was."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from workshop.lessons import cli
from workshop.lessons.catalogue import Profile
from workshop.lessons.judging import Result
from workshop.lessons.tables import results_table, yardstick_line


def shown(compiling: float) -> str:
    """Return the table of one run, and the line below it."""
    result = Result("1-try/10-it", Profile.FAST, 30.0, 9.0, 500.0, passed=True, why="", compiling=compiling)
    console = Console(width=200, file=io.StringIO(), record=True)
    console.print(results_table([result]))
    console.print(yardstick_line([result]), highlight=False)
    return console.export_text()


def test_what_was_compiled_is_told_beside_the_work() -> None:
    text = shown(25.0)
    assert "compiling" in text and "25.0" in text
    assert "Compiling, in CPU-s, is done once" in text


def test_elsewhere_each_lesson_has_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    log = io.StringIO()
    monkeypatch.setattr(cli, "messages", Console(file=log))
    display = cli.Display()
    with display.progress("first"), display.progress("second") as second:
        second(7, 9)
    assert log.getvalue() == "first …\nsecond …\n"
