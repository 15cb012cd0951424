"""What is shown while training, with a browser and without."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from workshop.teach import live


def test_progress_is_a_bar_in_a_browser_and_a_line_elsewhere() -> None:
    progress = live.Progress(0.25, "loss <1 & falling")
    assert repr(progress) == "[#####               ] loss <1 & falling"
    assert 'value="0.250"' in progress._repr_html_()
    assert "loss &lt;1 &amp; falling" in progress._repr_html_()


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


def test_the_time_that_is_left_is_told_once_it_can_be_known(capsys: pytest.CaptureFixture[str]) -> None:
    for share, told in ((0.001, False), (0.5, True), (1.0, False)):
        live.LiveCurve("dense").update(share, [1.0], [])
        assert ("s left" in capsys.readouterr().err) is told


def test_what_is_left_is_told_in_seconds_or_minutes() -> None:
    assert live.time_line(9, 0.01) == "9 s", "the first steps compile"
    assert live.time_line(30, 0.01) == "30 s · about 50 min left", "on a slow machine nobody is left waiting"
    assert live.time_line(30, 0.001) == "30 s"
    assert live.time_line(10, 0.5) == "10 s · about 10 s left"
    assert live.time_line(60, 0.1) == "60 s · about 9 min left"
    assert live.time_line(60, 1.0) == "60 s"


@pytest.mark.parametrize("headless", [False, True])
def test_a_notebook_gets_one_line_and_one_picture_in_place(
    monkeypatch: pytest.MonkeyPatch, *, headless: bool
) -> None:
    shown: list[tuple[str, object]] = []
    monkeypatch.delenv("WORKSHOP_HEADLESS", raising=False)
    if headless:
        monkeypatch.setenv("WORKSHOP_HEADLESS", "1")
    monkeypatch.setattr(live, "in_notebook", lambda: True)
    monkeypatch.setattr(live.LiveCurve, "_display", lambda self, slot, thing: shown.append((slot, thing)))
    # All of it in one moment: on a busy machine drawing takes as long as the next line has to wait.
    monkeypatch.setattr(live.time, "monotonic", lambda: 1000.0)
    curve = live.LiveCurve("dense")
    for step in range(1, 50):
        curve.update(step / 50, [1.0] * step, [])
    curve.update(1.0, [1.0] * 50, [0.02], final=True)
    # The first of two pictures is for those who watch.
    assert [slot for slot, _ in shown] == ["progress", *["picture"] * (not headless), "progress", "picture"]
    picture = shown[-1][1]
    assert isinstance(picture, live._Picture)
    assert picture._repr_png_().startswith(b"\x89PNG")


@pytest.mark.parametrize(("losses", "errors"), [([], []), ([0.5], []), ([1.0, 0.5] * 400, [0.1, 0.05])])
def test_a_curve_can_be_drawn_at_any_time(losses: list[float], errors: list[float]) -> None:
    assert live.curve_png("title", 0.5, losses, errors).startswith(b"\x89PNG")


def test_another_measure_than_the_error_is_no_share(capsys: pytest.CaptureFixture[str]) -> None:
    live.LiveCurve("bubbles", "score").update(1.0, [1.0], [1312.4], final=True)
    assert "score 1312" in capsys.readouterr().err
    figure = Figure()
    live.draw_curves(figure.add_subplot(), 1.0, [1.0], [1312.4], "score")
    right = figure.axes[1]
    assert right.get_ylabel() == "score"
    assert right.lines[0].get_ydata() == [1312.4]


def test_half_of_the_training_fills_half_of_the_picture() -> None:
    axes = Figure().add_subplot()
    live.draw_curves(axes, 0.5, [1.0] * 100, [0.1])
    assert axes.get_xlim() == (0, 200)
    assert max(axes.lines[0].get_xdata()) == 100


def test_averaging_keeps_the_mean() -> None:
    losses = np.arange(1, 1001, dtype=float)
    smooth = live._averages(list(losses), points=100)
    assert len(smooth) == 100
    assert np.mean(smooth) == pytest.approx(losses.mean())
