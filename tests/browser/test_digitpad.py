"""The pad to draw on: with mouse, finger, pen and keyboard, in both of Jupyter's front ends."""

from __future__ import annotations

import re
import statistics
from typing import Any

from .conftest import expect
from .notebooks import FIGURES, Desk

PAD = """
import numpy as np
from workshop.teach import checkpoints
from workshop.teach.digitpad import DigitPad

(w1, b1, w2, b2, w3, b3), _ = checkpoints.load(checkpoints.SHIPPED / "mlp-full.npz")

def predict(picture):
    hidden = picture.reshape(-1, 784)
    for weights, bias in ((w1, b1), (w2, b2)):
        hidden = np.maximum(hidden @ weights + bias, 0)
    scores = np.exp(hidden @ w3 + b3)
    return scores / scores.sum(axis=1, keepdims=True)

pad = DigitPad(predict)
pad
"""
CANVAS = 'canvas[aria-label^="Draw a digit here"]'
# Each change of the note is an answer on the screen. The end of a stroke is the page's own event.
LISTEN = """
window.pad = { answers: [], lifted: 0 };
const note = document.querySelector(".digitpad-note");
new MutationObserver(() => window.pad.answers.push(performance.now()))
  .observe(note, { childList: true, characterData: true, subtree: true });
document.querySelector('canvas[aria-label^="Draw"]')
  .addEventListener("pointerup", () => { window.pad.lifted = performance.now(); });
"""
# From the lifted pen to the last answer that it brought.
WAITED = "window.pad.answers.at(-1) - window.pad.lifted"
SETTLED = "document.querySelector('[aria-busy]').getAttribute('aria-busy') === 'false'"
STROKES = {
    1: [(0.5, 0.15), (0.5, 0.85)],
    7: [(0.25, 0.2), (0.75, 0.2), (0.45, 0.85)],
    0: [(0.5, 0.15), (0.3, 0.3), (0.27, 0.6), (0.5, 0.85), (0.72, 0.6), (0.7, 0.3), (0.5, 0.15)],
}


def pad_of(desk: Desk, name: str) -> Any:
    page = desk.run(name, PAD)
    page.locator(CANVAS).wait_for()
    # A cell that ends may take the focus.
    page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for()
    page.locator(CANVAS).scroll_into_view_if_needed()
    page.evaluate(LISTEN)
    return page


def places(page: Any, digit: int) -> list[tuple[float, float]]:
    frame = page.locator(CANVAS).bounding_box()
    return [(frame["x"] + x * frame["width"], frame["y"] + y * frame["height"]) for x, y in STROKES[digit]]


def draw(page: Any, digit: int) -> None:
    first, *others = places(page, digit)
    page.mouse.move(*first)
    page.mouse.down()
    for place in others:
        page.mouse.move(*place, steps=8)
    page.mouse.up()
    settle(page)


def settle(page: Any) -> None:
    page.wait_for_function(SETTLED)


def answered(page: Any, digit: int) -> None:
    """Wait for an answer; a kernel that was asked anew may have settled for an older drawing first."""
    expect(page.locator("[role=status]")).to_have_text(re.compile(f"^{digit}:"), use_inner_text=True)


def says_nothing(page: Any) -> None:
    expect(page.locator("[role=status]")).to_have_text("", use_inner_text=True)


def test_mouse_keys_finger_and_pen_draw_and_clear_and_each_stroke_is_answered(desk: Desk) -> None:
    """A page of Jupyter takes seconds to open: so they take turns on one."""
    page = pad_of(desk, "drawn")
    draw_with_the_mouse(desk, page)
    clear_an_empty_pad(page)
    draw_with_the_keys(page)
    draw_with_finger_and_pen(page)


def draw_with_the_mouse(desk: Desk, page: Any) -> None:
    waited = []
    for digit in (1, 7, 0):
        draw(page, digit)
        answered(page, digit)
        waited.append(page.evaluate(WAITED))
        clear(page)
    median = statistics.median(waited)
    FIGURES.append(
        f"{desk.name}: {median:.0f} ms from the lifted pen to the answer (median of {len(waited)})"
    )


def clear(page: Any) -> None:
    page.get_by_role("button", name="Clear", exact=True).click()
    settle(page)
    says_nothing(page)


def clear_an_empty_pad(page: Any) -> None:
    """The next stroke is answered all the same."""
    for _ in range(3):
        page.get_by_role("button", name="Clear", exact=True).click()
    draw(page, 1)
    answered(page, 1)
    clear(page)


def draw_with_the_keys(page: Any) -> None:
    page.locator(CANVAS).focus()
    for _ in range(13):
        page.keyboard.press("ArrowDown")
    settle(page)
    answered(page, 1)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Clear"
    page.keyboard.press("Enter")
    settle(page)
    says_nothing(page)
    page.locator(CANVAS).focus()
    page.keyboard.press("Shift+ArrowUp")
    settle(page)
    says_nothing(page)


def draw_with_finger_and_pen(page: Any) -> None:
    devtools = page.context.new_cdp_session(page)
    page.locator(CANVAS).scroll_into_view_if_needed()
    # As on a screen that can be touched; the page is the next test's, too.
    devtools.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    for tool in ("finger", "pen"):
        draw_a_line(page, devtools, tool)
        settle(page)
        answered(page, 1)
        clear(page)
    devtools.send("Emulation.setTouchEmulationEnabled", {"enabled": False})
    devtools.detach()


def draw_a_line(page: Any, devtools: Any, tool: str) -> None:
    # Chromium's own input, as the screen would send it; Playwright has no strokes of a finger or pen.
    line = places(page, 1)
    steps = [(line[0][0], line[0][1] + (line[1][1] - line[0][1]) * step / 8) for step in range(9)]
    if tool == "finger":
        kinds = ["touchStart", *["touchMove"] * 8]
        for kind, (x, y) in zip(kinds, steps, strict=True):
            devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    else:
        kinds = ["mousePressed", *["mouseMoved"] * 7, "mouseReleased"]
        for kind, (x, y) in zip(kinds, steps, strict=True):
            event = {"type": kind, "x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1}
            devtools.send("Input.dispatchMouseEvent", event | {"pointerType": "pen"})
