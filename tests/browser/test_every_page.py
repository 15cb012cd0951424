"""What every page of the site promises: it can be used by everybody, and it is there at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from workshop.site.build import read_manifest
from workshop.site.schedule import read_schedule

from .conftest import CHECKOUT, FIGURES, Open, playwright, processor_time, wait_until

DEMOS = [f"demos/{demo['name']}/index.html" for demo in read_manifest(CHECKOUT)]
DECKS = [f"slides/{name}/index.html" for name in read_schedule(CHECKOUT / "presentation" / "schedule.toml")]
VIEW = "demos/look-inside/view.html?model=digits-cnn"
PAGES = ["index.html", *DEMOS, *DECKS]

FIRST_PAINT_SECONDS = 1
PAINTED = "performance.getEntriesByName('first-contentful-paint').length > 0"
DEMO_BYTES = 25_000_000
SERIOUS = {"serious", "critical"}


@pytest.fixture(params=["light", "dark"])
def audited(
    request: pytest.FixtureRequest, browser: playwright.Browser
) -> Iterator[playwright.BrowserContext]:
    """A browser in each theme that lets the auditor run: a page's own policy forbids scripts of others."""
    size = {"width": 1366, "height": 768}
    context = browser.new_context(viewport=size, bypass_csp=True, color_scheme=request.param)
    yield context
    context.close()


def faults_of(page: playwright.Page, within: str | None = None) -> list[str]:
    """Return the serious faults of a page, or of a part of it."""
    found = Axe().run(page, within).response["violations"]
    return [
        f"{fault['id']}: {fault['nodes'][0]['html'][:120]} ({len(fault['nodes'])} places)"
        for fault in found
        if fault["impact"] in SERIOUS
    ]


@pytest.mark.parametrize("name", [*PAGES, VIEW])
def test_no_serious_fault_of_accessibility(
    name: str, served: str, audited: playwright.BrowserContext
) -> None:
    page = audited.new_page()
    page.goto(served + name)
    page.wait_for_timeout(500)
    assert faults_of(page) == []


def test_no_serious_fault_in_what_a_choice_brings(served: str, audited: playwright.BrowserContext) -> None:
    page = audited.new_page()
    page.goto(f"{served}demos/agents/index.html")
    page.get_by_role("radio", name="a moving agent").check()
    page.get_by_role("button", name="One step").click()
    assert faults_of(page) == []
    page.goto(f"{served}demos/playground/index.html")
    page.get_by_role("radio", name="your own").check()
    assert faults_of(page) == []
    page.goto(f"{served}index.html#speaker")
    page.wait_for_selector("text=Before you go on stage")
    assert faults_of(page) == []


def test_no_serious_fault_on_any_slide_nor_in_the_speakers_window(
    served: str, audited: playwright.BrowserContext
) -> None:
    page = audited.new_page()
    page.goto(served + DECKS[0])
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


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_painted_within_a_processor_second(name: str, served: str, open_page: Open) -> None:
    """Which is about the same on a busy machine; measure.py has the seconds of a clock."""
    page = open_page("about:blank", 1366, 768)
    page.goto(served + name, wait_until="commit")
    used = processor_time(page)
    wait_until(page, PAINTED)
    FIGURES.append(f"{name}: first painted after {1000 * used():.0f} ms of the processor")
    assert used() < FIRST_PAINT_SECONDS


def test_the_demos_are_small(site: Path) -> None:
    total = sum(path.stat().st_size for path in (site / "demos").rglob("*") if path.is_file())
    FIGURES.append(f"all demos: {total / 1e6:.1f} MB")
    assert 1_000_000 < total < DEMO_BYTES


def test_every_page_has_its_language_and_a_title_of_its_own(site: Path, open_page: Open) -> None:
    titles = [open_page(f"{site.as_uri()}/{name}").title() for name in PAGES]
    assert all(titles)
    assert len(set(titles)) == len(titles)


def test_the_keyboard_reaches_the_settings_first(
    site: Path, open_page: Open, keep: Callable[..., None]
) -> None:
    for name in DEMOS:
        page = open_page(f"{site.as_uri()}/{name}")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip", name
