"""A finger on a page: taps and strokes that the page has dealt with afterwards."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable

import playwright.sync_api as playwright

from .conftest import wait_until


def tap(target: playwright.Locator, **how: object) -> None:
    """Tap on something; the page has dealt with it afterwards."""
    tapping(target.page, lambda: target.tap(**how))


def tapping(page: playwright.Page, tap_once: Callable[[], None]) -> None:
    """Tap, and wait for what becomes of it: a click, or another value, some time after the finger has gone.

    Where the machine is slow the finger stays too long, and nothing becomes of it: so it taps again. A slider
    that stands where it is tapped says nothing; it has dealt with the finger when that has gone.
    """
    page.evaluate(
        "window.tapped = false; for (const kind of ['click', 'input', 'touchend'])"
        " addEventListener(kind, ({ target }) => {"
        " window.tapped ||= kind !== 'touchend' || target.type === 'range'; }, true)"
    )
    for _ in range(10):
        tap_once()
        with contextlib.suppress(AssertionError):
            wait_until(page, "window.tapped", 3)
            return
    raise AssertionError("nothing became of ten taps")


def drag_finger(page: playwright.Page, selector: str, places: list[tuple[float, float]]) -> None:
    """Draw with a finger, as Chromium would hear it from the screen; places are shares of the element.

    Playwright itself only taps.
    """
    devtools = page.context.new_cdp_session(page)
    page.locator(selector).scroll_into_view_if_needed()
    box = page.locator(selector).bounding_box()
    assert box is not None
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in between(places)]
    for number, (x, y) in enumerate(points):
        kind = "touchMove" if number else "touchStart"
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def between(places: list[tuple[float, float]], steps: int = 4) -> list[tuple[float, float]]:
    """Return the places with some more on the lines between them."""
    lines = itertools.pairwise(places)
    more = [
        (x + (to_x - x) * step / steps, y + (to_y - y) * step / steps)
        for (x, y), (to_x, to_y) in lines
        for step in range(steps)
    ]
    return [*more, places[-1]]
