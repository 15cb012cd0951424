from __future__ import annotations

import numpy as np
import pytest

from workshop.teach import live


def pixels(rows: int = 8, columns: int = 12, value: float = 300.0) -> np.ndarray:
    return np.full((3, rows, columns), value, dtype=np.float32)


def test_outside_a_notebook_there_are_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    # The machine has other work: half of the time goes by without us.
    monkeypatch.setattr("time.process_time", lambda: now[0] / 2)
    easel = live.Canvas("painting")
    for step in range(1, 11):
        now[0] += 0.5
        easel(pixels(), 10 / step, step / 10)
    said = capsys.readouterr().err.splitlines()
    assert "painting · loss 1 · 100%" in said[-1]
    assert 3 <= len(said) <= 6, "a line a second, not one a step"
    assert easel.longest_gap == pytest.approx(1), "of two seconds by the clock"
