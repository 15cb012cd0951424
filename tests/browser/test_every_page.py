"""What every page of the site promises: it can be used by everybody, and it is there at once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from workshop.site.build import read_manifest
from workshop.site.presentation import read_schedule

from .audit import faults_in_both_themes, faults_of
from .conftest import CHECKOUT, playwright, wait_until

DEMOS = [f"demos/{demo['name']}/index.html" for demo in read_manifest(CHECKOUT)]
SCHEDULE = read_schedule(CHECKOUT / "presentation" / "schedule.toml")
DECKS = [f"slides/{name}/index.html" for name in SCHEDULE]
LONGER_FIRST = sorted(SCHEDULE.values(), key=lambda workshop: workshop.minutes, reverse=True)
LONGEST = f"slides/{LONGER_FIRST[0].name}/index.html"
VIEW = "demos/look-inside/view.html?model=digits-cnn"
PAGES = ["index.html", *DEMOS, *DECKS]

STANDS = "!!window.workshopDeck"
PHONE = {"width": 360, "height": 800}


def at_its_depth(name: str) -> Any:
    """Leave decks that are shorter than the longest to full depth: at their opening only titles differ."""
    return pytest.param(name, marks=pytest.mark.slow) if name in DECKS and name != LONGEST else name


@pytest.mark.parametrize("name", [at_its_depth(name) for name in (*PAGES, VIEW)])
def test_a_page_fits_a_phone_and_can_be_used_by_everybody(
    name: str, served: str, audited: playwright.BrowserContext
) -> None:
    page = audited.new_page()
    page.goto(served + name)
    if name in DECKS:
        wait_until(page, STANDS)
    if name in DEMOS:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
    assert faults_in_both_themes(page) == {}
    if name not in (*DECKS, VIEW):
        page.set_viewport_size(PHONE)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_no_serious_fault_in_what_a_choice_brings(served: str, audited: playwright.BrowserContext) -> None:
    page = audited.new_page()
    page.goto(f"{served}demos/agents/index.html")
    page.get_by_role("radio", name="a moving agent").check()
    page.get_by_role("button", name="One step").click()
    assert faults_in_both_themes(page) == {}
    page.goto(f"{served}demos/playground/index.html")
    page.get_by_role("radio", name="your own").check()
    assert faults_in_both_themes(page) == {}
    page.goto(f"{served}index.html#speaker")
    page.wait_for_selector("text=Before you go on stage")
    assert faults_in_both_themes(page) == {}


def decks_with_every_slide() -> list[str]:
    """Return the longest deck, and each shorter one that has a section which those before it lack."""
    seen: set[str | None] = {None}
    decks = []
    for workshop in LONGER_FIRST:
        sections = {item.section for item in workshop.items}
        if sections - seen:
            decks.append(f"slides/{workshop.name}/index.html")
        seen |= sections
    return decks


@pytest.mark.parametrize(
    ("theme", "deck"),
    [
        ("light", DECKS[0]),
        *(
            pytest.param(theme, deck, marks=pytest.mark.slow)
            for theme in ("light", "dark")
            for deck in decks_with_every_slide()
        ),
    ],
)
def test_no_serious_fault_on_any_slide_nor_in_the_speakers_window(
    theme: str, deck: str, served: str, audited: playwright.BrowserContext
) -> None:
    page = audited.new_page()
    page.emulate_media(color_scheme=theme)
    page.goto(served + deck)
    wait_until(page, "!!window.workshopDeck")
    with page.expect_popup() as popup:
        page.keyboard.press("s")
    wait_until(popup.value, "document.getElementById('count')?.textContent?.startsWith('1 of')")
    assert faults_of(popup.value) == []
    popup.value.close()
    faults = {}
    for number in range(page.evaluate("workshopDeck.getTotalSlides()")):
        page.evaluate(f"workshopDeck.slide({number})")
        faults[number] = faults_of(page, ".slides > section.present")
    assert {number: found for number, found in faults.items() if found} == {}


def test_every_page_has_a_title_of_its_own(site: Path) -> None:
    """That it names its language the auditor sees."""
    titles = [re.findall(r"<title>\s*(.+?)\s*</title>", (site / name).read_text()) for name in PAGES]
    assert all(len(each) == 1 for each in titles)
    assert len({each[0] for each in titles}) == len(PAGES)
