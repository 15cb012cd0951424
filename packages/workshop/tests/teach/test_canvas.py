from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from workshop.imagenet.preprocessing import png
from workshop.teach import live


def pixels(rows: int = 8, columns: int = 12, value: float = 300.0) -> np.ndarray:
    return np.full((3, rows, columns), value, dtype=np.float32)


def test_small_pictures_are_enlarged_and_large_ones_stay() -> None:
    assert Image.open(io.BytesIO(png(pixels()))).size == (384, 256)
    assert Image.open(io.BytesIO(png(pixels(300, 400)))).size == (400, 300)


def test_pixels_outside_their_range_are_cut() -> None:
    assert Image.open(io.BytesIO(png(pixels()))).getpixel((0, 0)) == (255, 255, 255)
    assert Image.open(io.BytesIO(png(pixels(value=-9)))).getpixel((0, 0)) == (0, 0, 0)


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


def test_in_a_notebook_one_picture_is_drawn_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []

    class Handle:
        def update(self, _: object) -> None:
            shown.append("again")

    def display(_: object, **kwargs: object) -> Handle:
        shown.append("new")
        return Handle()

    ipython = pytest.importorskip("IPython.display")
    monkeypatch.setattr(live, "in_notebook", lambda: True)
    monkeypatch.setattr(live, "ProgressLine", lambda title: lambda share, text: None)
    monkeypatch.setattr(ipython, "display", display)
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    easel = live.Canvas("painting")
    for step in range(1, 10):
        now[0] += 1
        easel(pixels(), 1.0, step / 9)
    assert shown[0] == "new"
    assert shown[1:] == ["again"] * (len(shown) - 1)
    assert 4 <= len(shown) <= 6
