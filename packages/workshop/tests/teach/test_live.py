"""What is shown while training, with a browser and without."""

from __future__ import annotations

import pytest

from workshop.teach import live


def test_outside_a_notebook_plain_lines_go_to_stderr(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = [1000.0]
    monkeypatch.setattr(live.time, "monotonic", lambda: now[0])
    curve = live.LiveCurve("dense")
    curve.update(0.5, [2.0, 1.0], [])
    now[0] += 0.9
    curve.update(0.6, [2.0, 1.0, 1.0], [])
    curve.update(1.0, [2.0, 1.0, 0.5], [0.0213], final=True)
    shown = capsys.readouterr()
    assert shown.out == ""
    lines = shown.err.splitlines()
    assert len(lines) == 2, "the second call comes within a second of the first and says nothing"
    assert "dense" in lines[0]
    assert " 50%" in lines[0]
    assert "100%" in lines[1]
    assert "test error 2.13%" in lines[1]
