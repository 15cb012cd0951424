"""What every page of the site promises: it can be used by everybody, and it is there at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from web.serving import running

from workshop.slides.schedule import read_schedule
from workshop.web.build import read_manifest

from .conftest import CHECKOUT, FIGURES, Open, playwright

DEMOS = [f"demos/{demo['name']}/index.html" for demo in read_manifest(CHECKOUT)]
DECKS = [f"slides/{name}/index.html" for name in read_schedule(CHECKOUT / "presentation" / "schedule.toml")]
VIEW = "demos/look-inside/view.html?model=digits-cnn"
PAGES = ["index.html", *DEMOS, *DECKS]

FIRST_PAINT_MS = 1000
DEMO_BYTES = 25_000_000
SERIOUS = {"serious", "critical"}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", [*PAGES, VIEW])
def test_no_serious_fault_of_accessibility(
    name: str, theme: str, site: Path, browser: playwright.Browser
) -> None:
    with running(site) as (web, _):
        # The page's own policy forbids scripts of others, the auditor's among them.
        context = browser.new_context(
            viewport={"width": 1366, "height": 768}, bypass_csp=True, color_scheme=theme
        )
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{web}/{name}")
        page.wait_for_timeout(500)
        found = Axe().run(page).response["violations"]
        context.close()
    faults = [
        f"{fault['id']}: {fault['nodes'][0]['html'][:120]} ({len(fault['nodes'])} places)"
        for fault in found
        if fault["impact"] in SERIOUS
    ]
    assert faults == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_painted_within_a_second(name: str, site: Path, open_page: Open) -> None:
    with running(site) as (web, _):
        page = open_page(f"http://127.0.0.1:{web}/{name}", 1366, 768)
        page.wait_for_timeout(300)
        paints = page.evaluate(
            "performance.getEntriesByName('first-contentful-paint').map((e) => e.startTime)"
        )
    assert paints, "nothing was painted"
    FIGURES.append(f"{name}: first painted after {paints[0]:.0f} ms")
    assert paints[0] < FIRST_PAINT_MS


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
