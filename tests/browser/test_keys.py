"""Keys do what buttons do, also after a click on a setting; settings keep the keys that are theirs."""

from __future__ import annotations

from typing import Any

from .conftest import STILL, Open, expect, wait_until

# Of each page: a choice and a slider to click on before.
SETTINGS = {
    "painting": ("tanh", "#width"),
    "playground": ("corners", "#noise"),
    "digits": (None, "#filters"),
    "agents": ("maze", "#discount"),
    "text": ("counting", "#temperature"),
    "language-model": (None, "#temperature"),
    "forger": ("two clusters", "#forger-rate"),
    "noise": ("line", "#guidance"),
}


def opened(open_page: Open, served: str, name: str) -> Any:
    page = open_page(f"{served}demos/{name}/index.html", **STILL)
    wait_until(page, "!!window.workshopDemo")
    return page


def toggles(page: Any) -> None:
    """Space must start what stands, or stop what runs, and then the other way round."""
    running = page.evaluate("workshopDemo.running")
    page.keyboard.press("Space")
    assert page.evaluate("workshopDemo.running") is not running
    page.keyboard.press("Space")
    assert page.evaluate("workshopDemo.running") is running


def keys_go_on_after_a_click_on_a_setting_and_settings_keep_their_own(page: Any, name: str) -> None:
    """Tried where the page is open anyway, in test_tour.py; it must not have moved yet."""
    choice, slider = SETTINGS[name]
    if choice:
        page.get_by_role("radio", name=choice, exact=True).click()
        assert page.evaluate("document.activeElement.type") == "radio"
        toggles(page)
    page.locator(slider).click()
    assert page.evaluate("document.activeElement.type") == "range"
    toggles(page)
    page.keyboard.press("Shift+R")
    assert page.evaluate("workshopDemo.running") is (name == "painting")
    assert_arrows_belong_to_sliders_and_choices(page, choice, slider)


def assert_arrows_belong_to_sliders_and_choices(page: Any, choice: str | None, slider: str) -> None:
    page.locator(slider).focus()
    before = page.input_value(slider)
    page.keyboard.press("ArrowRight")
    assert page.input_value(slider) != before
    if choice:
        radio = page.get_by_role("radio", name=choice, exact=True)
        radio.focus()
        radio.check()
        page.keyboard.press("ArrowLeft")
        assert not radio.is_checked()


def test_space_belongs_to_buttons_and_boxes(served: str, open_page: Open) -> None:
    page = opened(open_page, served, "playground")
    page.get_by_label("Show test points").focus()
    page.keyboard.press("Space")
    assert page.get_by_label("Show test points").is_checked()
    assert page.evaluate("workshopDemo.running") is False
    page.get_by_role("button", name="+ layer").focus()
    page.keyboard.press("Space")
    expect(page.locator(".column")).to_have_count(4)
    assert page.evaluate("workshopDemo.running") is False


def test_who_types_is_left_alone(served: str, open_page: Open) -> None:
    page = opened(open_page, served, "text")
    page.locator("#own").click()
    page.keyboard.type("we write r w r w, and nothing starts anew")
    assert page.input_value("#own").startswith("we write r w")
    assert page.evaluate("workshopDemo.running") is False
    page.locator("#begin").click()
    samples = page.locator("#samples li").count()
    page.keyboard.type("w w")
    expect(page.locator("#samples li")).to_have_count(samples)


def test_the_browsers_own_shortcuts_are_left_alone(served: str, open_page: Open) -> None:
    page = opened(open_page, served, "agents")
    page.keyboard.press("s")
    page.keyboard.press("Control+s")
    assert page.evaluate("workshopDemo.steps") == 1
