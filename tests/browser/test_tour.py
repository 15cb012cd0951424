"""Demos open with something moving; an address says what to show, and a tour leads through three."""

from __future__ import annotations

from typing import Any

import pytest
from waiting import wait_until as wait_until_it_is_so

from .conftest import STILL, Open, wait_until
from .test_keys import SETTINGS, keys_go_on_after_a_click_on_a_setting_and_settings_keep_their_own

GOES_ON = {
    "painting": "workshopDemo.iterations",
    "playground": "workshopDemo.epochs",
    "digits": "workshopDemo.seen",
    "agents": "workshopDemo.steps",
    "text": "workshopDemo.seen",
    "language-model": "workshopDemo.written",
    "bubble-breaker": "workshopDemo.moves",
    "forger": "workshopDemo.rounds",
    "noise": "workshopDemo.updates",
}
"""What grows while the demo moves."""
SOON = {"painting": 20_000, "digits": 400, "text": 3_000, "noise": 30}
"""When there is enough of a curve to look at, where there is one."""


def opened(open_page: Open, address: str, **how: object) -> Any:
    page = open_page(address, **how)
    wait_until(page, "!!window.workshopDemo")
    return page


@pytest.mark.parametrize("name", GOES_ON)
def test_it_opens_with_something_moving_and_axes_that_fit(name: str, served: str, open_page: Open) -> None:
    page = opened(open_page, f"{served}demos/{name}/index.html")
    wait_until(page, f"{GOES_ON[name]} > {SOON.get(name, 2)}")
    if name in SOON:
        axes_fit_what_is_plotted(page)


def test_the_tour_has_three_steps_and_each_has_an_address(served: str, open_page: Open) -> None:
    page = opened(open_page, f"{served}demos/painting/index.html")
    page.get_by_role("button", name="Tour").click()
    seen = []
    for step in (1, 2, 3):
        assert page.inner_text(".tour").startswith(f"{step} of 3: ")
        seen.append((page.evaluate("location.hash"), page.evaluate("workshopDemo.settings")))
        assert page.evaluate("workshopDemo.running")
        page.locator(".tour .main").click()
    assert page.locator(".tour").is_hidden()
    assert page.evaluate("location.hash") == ""
    assert len({address for address, _ in seen}) == 3
    for address, settings in seen:
        again = opened(open_page, f"{served}demos/painting/index.html{address}")
        assert again.evaluate("workshopDemo.settings") == settings
        assert again.locator(".tour").is_visible()
        again.close()


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in ("playground", "bubble-breaker") else pytest.mark.slow)
        for name in [*GOES_ON, "look-inside"]
    ],
)
def test_where_less_motion_is_wished_it_waits_for_keys_or_its_tour(
    name: str, served: str, open_page: Open
) -> None:
    page = open_page(f"{served}demos/{name}/index.html", **STILL)
    page.get_by_role("button", name="Tour").wait_for()
    if name in GOES_ON:
        before = page.evaluate(GOES_ON[name])
        page.wait_for_timeout(500)
        assert page.evaluate(GOES_ON[name]) == before
    if name in SETTINGS:
        keys_go_on_after_a_click_on_a_setting_and_settings_keep_their_own(page, name)
    its_tour_has_three_steps(page)


def its_tour_has_three_steps(page: Any) -> None:
    page.get_by_role("button", name="Tour").click()
    for step in (1, 2, 3):
        assert page.inner_text(".tour").startswith(f"{step} of 3: ")
        assert page.evaluate("location.hash").startswith("#try=")
        page.locator(".tour .main").click()
    assert page.locator(".tour").is_hidden()


def test_an_address_that_changes_is_followed(served: str, open_page: Open) -> None:
    page = opened(open_page, f"{served}demos/playground/index.html#try=circle")
    assert page.evaluate("workshopDemo.settings.widths") == [3]
    page.evaluate("location.hash = '#try=spiral'")
    wait_until(page, "workshopDemo.settings.shape === 'spiral'")
    page.evaluate("location.hash = '#try=nothing-of-this-name'")
    page.wait_for_timeout(300)
    assert page.evaluate("workshopDemo.settings.shape") == "spiral"


def ink(page: Any) -> list[float]:
    """Return where the coloured curve lies in its picture: its left, right, top and bottom, as shares."""
    found: list[float] = page.evaluate(
        """() => {
          const canvas = document.getElementById("curve");
          const { width, height } = canvas;
          const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
          let [left, right, top, bottom] = [width, 0, height, 0];
          for (let i = 0; i < width * height; i++) {
            const [r, g, b, a] = data.slice(4 * i, 4 * i + 4);
            if (a < 200 || r - b < 100) continue;
            const [x, y] = [i % width, Math.floor(i / width)];
            [left, right] = [Math.min(left, x), Math.max(right, x)];
            [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
          }
          return [left / width, right / width, top / height, bottom / height];
        }"""
    )
    return found


def axes_fit_what_is_plotted(page: Any) -> None:
    # The axis has six tenths of a decade from the start, and at how many steps a curve begins depends on the
    # machine: it fills the axis sooner or later.
    def filled() -> list[float] | None:
        left, right, top, bottom = at = ink(page)
        return at if right - left > 0.4 and bottom - top > 0.05 else None

    left, right, top, bottom = wait_until_it_is_so(filled, 60, "the curve fills its axis") or []
    assert left > 0 and right < 1 and top >= 0 and bottom < 1
