from __future__ import annotations

import io

import pytest
from rich.console import Console

from workshop.core.output import Progress


def test_elsewhere_than_on_a_terminal_it_is_plain_lines() -> None:
    out = io.StringIO()
    with Progress(
        Console(file=out, force_terminal=False, width=200, markup=False, highlight=False)
    ) as progress:
        with progress.download("npm [thing] 1.0", 2_500_000) as advance:
            advance(1_000_000)
        progress.say("thing: ready")
    assert out.getvalue() == "fetching npm [thing] 1.0 (2.5 MB)\nthing: ready\n"


def test_on_a_terminal_it_is_a_bar_and_the_lines_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")  # on a dumb one there is no bar
    out = io.StringIO()
    with Progress(
        Console(file=out, force_terminal=True, width=100, markup=False, highlight=False)
    ) as progress:
        with progress.download("npm [thing] 1.0", 2_500_000) as advance:
            advance(1_000_000)
            assert progress._bars is not None
            progress._bars.refresh()
        progress.say("thing: ready")
    text = out.getvalue()
    assert "npm [thing] 1.0" in text
    assert "1.0/2.5 MB" in text
    assert "thing: ready" in text
