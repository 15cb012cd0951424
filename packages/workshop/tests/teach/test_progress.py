"""A line is shown once a second, and the end always."""

from __future__ import annotations

import pytest

from workshop.teach import live
from workshop.teach.live import ProgressLine


def test_progress_is_shown_once_a_second_and_at_the_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = [100.0]
    monkeypatch.setattr(live.time, "monotonic", lambda: now[0])
    line = ProgressLine("covering")
    for share, clock in ((0.1, 100.1), (0.2, 100.5), (0.5, 101.3), (1.0, 101.4)):
        now[0] = clock
        line(share, f"{share * 10:.0f} of 10")
    shown = capsys.readouterr().err.splitlines()
    assert [row.split(" · ")[1] for row in shown] == ["1 of 10", "5 of 10", "10 of 10"]
    assert "covering" in shown[0]
    assert ["left" in row for row in shown] == [True, True, False]
    assert "100%" in shown[-1]
