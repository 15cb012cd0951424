"""Plots that answer to the mouse: bars follow a slider, a dot says what it is, and nobody else is asked."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from waiting import patience

from .conftest import CHECKOUT, expect, wait_until
from .notebooks import Desk, saved_unasked

LESSON = CHECKOUT / "notebooks/9-tools/30-formulas-and-plots.ipynb"
POWER = CHECKOUT / "notebooks/solutions/formulas-power.py"
FILTER = CHECKOUT / "tools/ipynb_optional_output_filter.py"
DOT = """
dots = ColumnDataSource({"x": [0.0], "y": [0.0], "says": ["a seven"]})
plot = figure(width=400, height=300, tools="hover", tooltips="<b>@says</b>", x_range=(-1, 1), y_range=(-1, 1))
plot.scatter("x", "y", size=80, source=dots)
mouse.shown(plot, "One dot")
"""
PROBABILITIES = """() => {
  const models = [...Bokeh.documents[0]._all_models.values()];
  return Array.from(models.find((model) => model.type === "ColumnDataSource").data.probability);
}"""


def cell(name: str) -> str:
    cells = json.loads(LESSON.read_text(encoding="utf-8"))["cells"]
    return "".join(next(each for each in cells if each["id"] == name)["source"])


def drawn(page: Any, title: str) -> Any:
    """Return the frame of a plot once it is drawn."""
    frame = page.locator(f'iframe[title="{title}"]')
    frame.wait_for(timeout=patience(90_000))
    frame.scroll_into_view_if_needed()
    inner = frame.element_handle().content_frame()
    inner.locator("canvas").first.wait_for()
    return inner


def test_a_slider_moves_the_bars_and_a_dot_says_what_it_is(desk: Desk) -> None:
    """The fixture also fails when a request leaves the machine."""
    pytest.importorskip("bokeh", reason="the environment of the tests is older than the lesson")
    name = f"by-mouse-{desk.name[0]}"
    page = desk.run(name, cell("imports"), POWER.read_text(encoding="utf-8"), cell("slider"), DOT)
    slider = drawn(page, "Softmax with a temperature")
    before = slider.evaluate(PROBABILITIES)
    assert before.index(max(before)) == 2 and abs(sum(before) - 1) < 1e-9
    slider.locator(".noUi-handle").hover()  # as soon as it stands still
    page.mouse.down()
    handle = slider.locator(".noUi-handle").bounding_box()
    page.mouse.move(handle["x"] + 300, handle["y"] + handle["height"] / 2, steps=6)
    page.mouse.up()
    # Warmer, so that the likeliest loses; the plot follows the slider after the mouse has gone.
    wait_until(slider, f"Math.max(...({PROBABILITIES})()) < {max(before) - 0.1}")
    after = slider.evaluate(PROBABILITIES)
    assert abs(sum(after) - 1) < 1e-9

    dot = drawn(page, "One dot")
    expect(dot.locator("text=a seven")).to_have_count(0)
    told = dot.locator("text=a seven").first
    # A plot has its canvas before it listens to the mouse.
    for _ in range(40):
        canvas = dot.locator("canvas").first.bounding_box()
        page.mouse.move(canvas["x"] + canvas["width"] / 2, canvas["y"] + canvas["height"] / 2 - 30)
        page.mouse.move(canvas["x"] + canvas["width"] / 2, canvas["y"] + canvas["height"] / 2, steps=4)
        page.wait_for_timeout(250)
        if told.is_visible():
            break
    told.wait_for()

    kept = saved_unasked(page, desk.folder / f"{name}.ipynb", lambda stored: b"srcdoc" in stored)
    filtered = subprocess.run(
        [sys.executable, FILTER, "clean"], input=kept, capture_output=True, check=True, timeout=patience(60)
    ).stdout
    assert len(kept) > 1_000_000 and len(filtered) < 10_000, "the library does not go into git"
