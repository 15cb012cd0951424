"""What a run shows while it goes on, where there is no terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from workshop.lessons import cli


def test_without_a_terminal_each_lesson_has_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    log = io.StringIO()
    monkeypatch.setattr(cli, "messages", Console(file=log))
    with cli.progress("first") as report:
        report(7, 9)
    assert log.getvalue() == "first …\n"
