"""Living slides: a demo in its place that moves when it is started, and only then."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from waiting import patience

from .conftest import Open, Watch, expect, playwright, processor_time, wait_until

DECK = "slides/ninety-minutes/index.html"
LIVING = "section.present .living"
STATE = f"document.querySelector('{LIVING}')?.dataset.state"
PAINTS = "painting#fish"
WATCHED_MS = 1500


def go_to(page: playwright.Page, living: str) -> int:
    """Show the slide that holds a demo in a state; return its number."""
    wait_until(page, "!!window.workshopDeck")
    demo, state = living.split("#")
    number = page.evaluate(
        "([demo, state]) => workshopDeck.getSlides().findIndex((slide) => "
        "slide.querySelector(`[data-demo='${demo}'][data-try='${state}']`))",
        [demo, state],
    )
    assert number > 0, living
    page.evaluate(f"workshopDeck.slide({number})")
    return int(number)


def start(page: playwright.Page) -> None:
    page.keyboard.press("PageDown")
    wait_until(page, f"{STATE} === 'moving'")


def seen(page: playwright.Page) -> bytes:
    return page.locator(LIVING).first.screenshot()


def changes(page: playwright.Page) -> bool:
    """Tell whether what is seen changes while one looks."""
    before = seen(page)
    end = time.monotonic() + patience(20)
    while time.monotonic() < end:
        page.wait_for_timeout(300)
        if seen(page) != before:
            return True
    return False


def stays(page: playwright.Page) -> bool:
    """Tell whether what is seen stays the same."""
    before = seen(page)
    page.wait_for_timeout(WATCHED_MS)
    return seen(page) == before


def test_its_pixels_change_when_it_was_started_and_only_then(base: str, open_page: Open) -> None:
    page = open_page(base + DECK)
    number = go_to(page, PAINTS)
    wait_until(page, f"!!document.querySelector('{LIVING} iframe')")
    page.wait_for_timeout(WATCHED_MS)
    assert stays(page)
    start(page)
    assert page.evaluate("workshopDeck.getSlidePastCount()") == number
    assert changes(page)
    page.keyboard.press("PageUp")
    wait_until(page, f"{STATE} === 'still'")
    page.wait_for_timeout(500)
    assert stays(page)
    start(page)
    page.keyboard.press("PageDown")
    assert page.evaluate("workshopDeck.getSlidePastCount()") == number + 1


def test_one_that_is_not_seen_costs_no_processor(served: str, open_page: Open) -> None:
    """It is watched as long as the moving one needed for a processor second, however busy the machine is."""
    page = open_page(served + DECK)
    number = go_to(page, PAINTS)
    used = processor_time(page)
    start(page)
    began, clock = used(), time.monotonic()
    while used() - began < 1:
        assert time.monotonic() - clock < patience(60), "it hardly gets a processor, or stands still"
        page.wait_for_timeout(200)
    watched = time.monotonic() - clock
    page.evaluate(f"workshopDeck.slide({number + 2})")
    wait_until(page, "!document.querySelector('.living iframe')")
    page.wait_for_timeout(500)
    began = used()
    page.wait_for_timeout(1000 * watched)
    assert used() - began < patience(0.1)


def test_the_slide_sets_its_state(served: str, open_page: Open) -> None:
    page = open_page(served + DECK)
    go_to(page, "painting#twenty-times")
    start(page)
    frame = next(each for each in page.frames if "demos/painting" in each.url)
    assert frame.evaluate("workshopDemo.settings.rate") == 0.2
    assert frame.locator("#settings").is_hidden()


def test_the_clicker_turns_pages_while_the_demo_has_the_focus(served: str, open_page: Open) -> None:
    page = open_page(served + DECK)
    number = go_to(page, PAINTS)
    start(page)
    page.frame_locator(f"{LIVING} iframe").locator("#painting").click()
    page.keyboard.press("PageDown")
    wait_until(page, f"workshopDeck.getSlidePastCount() === {number + 1}")


def test_its_still_stands_where_it_fails(site: Path, open_page: Open, watch: Watch, tmp_path: Path) -> None:
    poorer = tmp_path / "web"
    shutil.copytree(site, poorer)
    (poorer / "demos" / "vendor" / "convnet-min.js").unlink()
    page = open_page(f"{poorer.as_uri()}/{DECK}")
    go_to(page, PAINTS)
    page.keyboard.press("PageDown")
    page.wait_for_timeout(WATCHED_MS)
    assert page.evaluate(STATE) is None
    still = page.locator(f"{LIVING} .still:visible")
    expect(still).to_have_count(1)
    assert still.evaluate("(image) => image.naturalWidth") > 500
    watch.complaints[:] = [line for line in watch.complaints if "ERR_FILE_NOT_FOUND" not in line]


def test_on_paper_there_are_stills_and_no_demo(served: str, open_page: Open) -> None:
    page = open_page(f"{served}{DECK}?print")
    wait_until(page, "document.body.classList.contains('paper')")
    expect(page.locator("iframe")).to_have_count(0)
    places = page.locator(".living").count()
    assert places >= 5
    expect(page.locator(".living .still:visible")).to_have_count(places)
