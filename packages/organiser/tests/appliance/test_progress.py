"""A bar on a terminal only."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from organiser.appliance import progress


def test_nothing_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    monkeypatch.setattr(progress, "messages", Console(file=written))
    with progress.byte_bar("verify", 10) as advance:
        advance(10)
    assert written.getvalue() == ""


def test_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    monkeypatch.setattr(progress, "messages", Console(file=written, force_terminal=True, width=100))
    with progress.byte_bar("verify", 1000) as advance:
        advance(1000)
    assert "verify" in written.getvalue()
    assert "1.0/1.0 kB" in written.getvalue()
