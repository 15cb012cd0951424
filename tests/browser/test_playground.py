"""The playground, used as a participant uses it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .conftest import FIGURES, STILL, Open, expect, learn, pause, wait_until
from .fingers import tap

PAGE = "demos/playground/index.html"
# The bar is 0.05 within 60 s of one core.
SPIRAL_BAR, SECONDS = 0.05, 60


def state(page: Any, name: str) -> Any:
    return page.evaluate(f"window.workshopDemo.{name}")


def try_it(page: Any, title: str) -> None:
    page.get_by_role("button", name=f"Try it: {title}").click()


def test_keys_are_enough(base: str, open_page: Open) -> None:
    page = open_page(base + PAGE, **STILL)
    page.keyboard.press("Space")
    wait_until(page, "workshopDemo.epochs > 2")
    page.keyboard.press("Space")
    assert state(page, "running") is False
    page.keyboard.press("r")
    assert state(page, "epochs") == 0


def test_the_spiral_is_learned(base: str, open_page: Open, keep: Callable[..., None]) -> None:
    page = open_page(base + PAGE, 1366, 768, **STILL)
    click = "document.querySelector('[aria-label=\"Try it: The spiral\"]').click()"

    def start() -> None:
        assert page.evaluate(f"({click}, workshopDemo.testLoss)") > 0.2

    seconds = learn(page, start, f"workshopDemo.testLoss < {SPIRAL_BAR}", SECONDS)
    FIGURES.append(f"playground: spiral at a test loss of {SPIRAL_BAR} after {seconds:.1f} processor s")
    page.evaluate("window.scrollTo(0, 0)")
    keep(page, "playground")


def test_learning_by_heart_shows_as_a_gap(base: str, open_page: Open) -> None:
    page = open_page(base + PAGE, **STILL)
    try_it(page, "Overfitting")
    wait_until(page, "workshopDemo.loss < 0.02 && workshopDemo.testLoss > 5 * workshopDemo.loss")


def test_the_form_makes_the_network_and_a_rebuild_starts_again(base: str, open_page: Open) -> None:
    page = open_page(base + PAGE, **STILL)
    expect(page.locator(".column")).to_have_count(3)
    page.get_by_role("button", name="+ layer").click()
    page.get_by_label("x²").check()
    expect(page.locator(".column")).to_have_count(4)
    expect(page.locator(".column").first.locator("canvas")).to_have_count(3)
    expect(page.locator("#lines path")).to_have_count(3 * 4 + 4 * 2 + 2 * 4 + 4)
    page.get_by_role("button", name="One step").click()
    assert float(page.inner_text("#train-loss")) > 0
    page.get_by_role("button", name="Train", exact=True).click()
    wait_until(page, "workshopDemo.epochs > 5")
    pause(page, "#epochs", "epochs")
    page.get_by_role("button", name="Start again").click()
    assert state(page, "epochs") == 0


def test_own_points_are_clicked_in(base: str, open_page: Open) -> None:
    page = open_page(base + PAGE, **STILL)
    page.get_by_role("radio", name="your own").check()
    page.get_by_role("button", name="Train", exact=True).click()
    assert "no points yet" in page.inner_text("#fault")
    box = page.locator("#field").bounding_box()
    for i in range(8):
        left = {"x": box["width"] * (0.2 + 0.02 * i), "y": box["height"] * 0.5}
        page.locator("#field").click(position=left)
        right = {"x": box["width"] * (0.8 - 0.02 * i), "y": box["height"] * 0.5}
        page.locator("#field").click(position=right, modifiers=["Shift"])
    assert state(page, "points") == {"train": 12, "test": 4}
    page.get_by_role("button", name="Train", exact=True).click()
    wait_until(page, "workshopDemo.loss < 0.05")


def put(page: Any, x: float, y: float, *, touch: bool = False, **how: Any) -> None:
    """Put a point of one's own; the place is in shares of the picture."""
    field = page.locator("#field")
    field.scroll_into_view_if_needed()
    box = field.bounding_box()
    place = {"x": x * box["width"], "y": y * box["height"]}
    if touch:
        tap(field, position=place, **how)
    else:
        field.click(position=place, **how)


def test_start_again_keeps_the_points_and_new_points_do_not(served: str, open_page: Open) -> None:
    page = open_page(served + PAGE, **STILL)
    before = state(page, "first")
    page.get_by_role("button", name="Start again").click()
    assert state(page, "first") == before
    page.get_by_role("button", name="New points").click()
    assert state(page, "first") != before


def test_own_points_are_put_by_keys(served: str, open_page: Open) -> None:
    page = open_page(served + PAGE, **STILL)
    page.get_by_role("radio", name="your own").check()
    page.locator("#field").focus()
    for key in ("ArrowLeft", "ArrowUp", "Enter", "ArrowRight", "ArrowRight", "Shift+Enter"):
        page.keyboard.press(key)
    assert page.is_visible("#pen")
    assert state(page, "labels") == [1, -1]
    assert state(page, "first") == pytest.approx({"x": -0.4, "y": 0.4, "label": 1})
    page.keyboard.press("Tab")
    assert page.is_hidden("#pen")


def test_a_finger_puts_points_of_both_colours(
    served: str, open_page: Open, keep: Callable[..., None]
) -> None:
    page = open_page(served + PAGE, 390, 844, has_touch=True, is_mobile=True, **STILL)
    tap(page.get_by_role("radio", name="your own", exact=True))
    put(page, 0.25, 0.5, touch=True)
    tap(page.get_by_role("radio", name="blue", exact=True))
    put(page, 0.75, 0.5, touch=True)
    assert state(page, "labels") == [1, -1]
    tap(page.get_by_role("button", name="Train", exact=True))
    wait_until(page, "workshopDemo.loss < 0.05")
    tap(page.get_by_role("button", name="Pause"))
    keep(page, "playground-own-390")


def test_a_rate_that_is_too_large_is_explained(base: str, open_page: Open) -> None:
    page = open_page(base + PAGE, **STILL)
    try_it(page, "No activation function")
    page.locator("#rate").fill("0")
    page.wait_for_selector("#fault:not([hidden])")
    assert "too high" in page.inner_text("#fault")
    assert state(page, "running") is False
