"""The slides: every deck page by page, the speaker's window, and a deck on paper."""

from __future__ import annotations

import functools
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from waiting import patience

from workshop.core.settings import Settings
from workshop.lessons.pace import slowness_here, words_here
from workshop.lessons.yardstick import Round
from workshop.site.looks import faults_of_looks, measure_decks
from workshop.site.presentation import read_schedule
from workshop.site.publish import Event, publish_decks

from .conftest import CHECKOUT, STILL, Open, Serve, expect, wait_until

DECKS = list(read_schedule(CHECKOUT / "presentation" / "schedule.toml"))

PDF_BYTES = 15_000_000


class Quiet(SimpleHTTPRequestHandler):
    """A plain file server that says nothing."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def deck(page: Any, call: str) -> Any:
    return page.evaluate(f"window.workshopDeck.{call}")


def ready(page: Any) -> None:
    wait_until(page, "!!window.workshopDeck")


def test_no_slide_of_any_deck_has_a_fault_of_looks(libraries: Path) -> None:
    looks = measure_decks(CHECKOUT, Settings(data=libraries))
    assert list(looks) == DECKS
    for slides in (slides for themes in looks.values() for slides in themes.values()):
        assert len(slides) > 15
        assert all(slide["type"] > 0 for slide in slides)
    assert faults_of_looks(looks) == []


@pytest.mark.parametrize(("width", "height"), [(1280, 720), pytest.param(1920, 1080, marks=pytest.mark.slow)])
def test_every_slide_fits_the_wall(
    width: int, height: int, served: str, open_page: Open, keep: Callable[..., None]
) -> None:
    # A demo that moves within a slide takes no more room than one that waits.
    page = open_page(f"{served}slides/{DECKS[0]}/", width, height, **STILL)
    ready(page)
    for number in range(deck(page, "getTotalSlides()")):
        deck(page, f"slide({number})")
        title = deck(page, "getCurrentSlide().textContent.slice(0, 40)")
        assert deck(page, "getCurrentSlide().scrollHeight") <= 720, f"slide {number} ({title})"
        box = page.locator("section.present").bounding_box()
        assert box is not None and box["y"] >= -1 and box["y"] + box["height"] <= height + 1, title
        assert box["width"] > 0.98 * width


def test_a_curve_draws_itself_when_its_slide_is_opened(served: str, open_page: Open) -> None:
    """Not where less motion is wished; and what was drawn stands still."""
    moving = "document.querySelector('.present .drawn').getAnimations().length"
    ended = "Promise.all(document.getAnimations().map(({ finished }) => finished)).then(() => true)"
    for options, animations in (({}, 1), (STILL, 0)):
        page = open_page(f"{served}slides/{DECKS[0]}/", **options)
        ready(page)
        find = "getSlides().findIndex((slide) => slide.querySelector('.drawn'))"
        # In one breath: where the machine is slow it has drawn itself before one looks again.
        assert page.evaluate(f"(workshopDeck.slide({deck(page, find)}), {moving})") == animations
        page.evaluate(ended)
        assert page.evaluate(moving) == 0


@pytest.mark.slow
def test_published_decks_work_on_a_plain_file_server(
    libraries: Path, tmp_path: Path, open_page: Open
) -> None:
    folder = tmp_path / "published"
    report = publish_decks(CHECKOUT, folder, Event(place="Here"), settings=Settings(data=libraries))
    assert len(report["handouts"]) == len(DECKS)
    for name in report["handouts"]:
        assert 0 < (folder / name).stat().st_size < PDF_BYTES
    handler = functools.partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            page = open_page(f"http://127.0.0.1:{server.server_address[1]}/")
            assert "Here" in page.inner_text("main")
            page.get_by_role("link", name="ninety minutes").click()
            ready(page)
            expect(page.locator("a[data-port]")).to_have_count(0)
            living = deck(page, "getSlides().findIndex((slide) => slide.querySelector('.living'))")
            deck(page, f"slide({living})")
            page.keyboard.press("PageDown")
            wait_until(page, "document.querySelector('.present .living').dataset.state === 'moving'")
        finally:
            server.shutdown()


def test_on_a_phone_slides_are_scrolled(served: str, open_page: Open, keep: Callable[..., None]) -> None:
    page = open_page(f"{served}slides/{DECKS[0]}/", width=390, height=844)
    ready(page)
    assert deck(page, "isScrollView()")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    keep(page, "slides-phone")


def test_the_speakers_clock_goes_on_when_the_window_is_loaded_again(served: str, open_page: Open) -> None:
    page = open_page(f"{served}slides/{DECKS[0]}/index.html")
    ready(page)
    with page.expect_popup() as popup:
        page.keyboard.press("s")
    speaker = popup.value
    wait_until(speaker, "document.getElementById('count')?.textContent?.startsWith('1 of')")
    # As if it had been opened 42 minutes ago.
    began = "sessionStorage.setItem('workshop-began', Date.now() - 42 * 60000)"
    speaker.evaluate(began)
    speaker.reload()
    wait_until(speaker, "document.getElementById('elapsed')?.textContent === '0:42'")
    # The deck goes on leading it; a deck that was itself loaded again asks for the same window.
    wait_until(speaker, "document.getElementById('count')?.textContent?.startsWith('1 of')")
    page.reload()
    ready(page)
    page.keyboard.press("s")
    page.keyboard.press("ArrowRight")
    wait_until(speaker, "document.getElementById('count')?.textContent?.startsWith('2 of')")
    # The window is loaded once more, and empty for a moment.
    expect(speaker.locator("#elapsed")).to_have_text(re.compile(r"0:4[23]"), use_inner_text=True)
    speaker.get_by_role("button", name="Start the clock again").click()
    expect(speaker.locator("#elapsed")).to_have_text("0:00", use_inner_text=True)
    speaker.close()


@pytest.mark.parametrize("how", ["served", "as a file"])
def test_the_speakers_window_follows_and_leads(
    how: str, site: Path, served: str, open_page: Open, keep: Callable[..., None]
) -> None:
    base = f"{served}slides" if how == "served" else f"{site.as_uri()}/slides"
    page = open_page(f"{base}/{DECKS[0]}/index.html")
    ready(page)
    with page.expect_popup() as popup:
        page.keyboard.press("s")
    speaker = popup.value
    wait_until(speaker, "document.getElementById('count')?.textContent?.startsWith('1 of')")
    assert "Welcome everybody" in speaker.inner_text("#note")
    speaker.get_by_role("button", name="Next").click()
    wait_until(speaker, "document.getElementById('count')?.textContent?.startsWith('2 of')")
    assert deck(page, "getSlidePastCount()") == 1
    deck(page, "slide(3)")
    wait_until(speaker, "document.getElementById('count')?.textContent?.startsWith('4 of')")
    assert re.search(r"min left in this part", speaker.inner_text("#pace"))
    assert speaker.inner_text("#then") == "lesson 0-basics/00-check"
    assert speaker.inner_text("#left") == "1"
    assert speaker.inner_text("#after") == "What a neuron does, 0:05"
    keep(speaker, f"speaker-{how.replace(' ', '-')}")


def test_the_speakers_window_says_what_a_part_s_lessons_take_here(
    site: Path,
    serve: Serve,
    open_page: Open,
    keep: Callable[..., None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    slowness = slowness_here(lambda: [Round(3.0, 3.0)])
    assert slowness is not None
    workshop = read_schedule(CHECKOUT / "presentation" / "schedule.toml")[DECKS[0]]
    lesson = next(name for item in workshop.items for name in item.lessons if name != "0-basics/00-check")
    words = words_here(CHECKOUT / "notebooks", slowness)[lesson].strip()
    address = serve(site, settings=f'source = "{CHECKOUT}"')
    page = open_page(f"{address}slides/{DECKS[0]}/index.html")
    ready(page)
    with page.expect_popup() as popup:
        page.keyboard.press("s")
    speaker = popup.value
    wait_until(speaker, "document.getElementById('count')?.textContent?.startsWith('1 of')")
    assert speaker.inner_text("#here") == ""
    opened = page.evaluate("[...document.querySelectorAll('.slides > section')].map(s => s.dataset.lessons)")
    deck(page, f"slide({next(at for at, names in enumerate(opened) if names and lesson in names)})")
    wait_until(speaker, "document.getElementById('here').textContent !== ''")
    assert f"{lesson}: {words}" in speaker.inner_text("#here")
    keep(speaker, "speaker-here")


@pytest.mark.parametrize(("how", "notes"), [("print", False), ("print=notes", True)])
def test_on_paper_the_notes_are_shown_where_they_are_wished(
    how: str, notes: bool, served: str, open_page: Open
) -> None:
    page = open_page(f"{served}slides/{DECKS[0]}/?{how}")
    page.emulate_media(media="print")
    wait_until(page, "document.body.classList.contains('paper')")
    assert page.locator("section.pictured").first.locator("aside").is_visible() == notes


def test_a_deck_is_printed_one_page_a_slide(libraries: Path, tmp_path: Path) -> None:
    config = tmp_path / "workshop.toml"
    config.write_text(f'data = "{libraries}"\n', encoding="utf-8")
    file = tmp_path / "deck.pdf"
    done = subprocess.run(
        [sys.executable, "-m", "workshop", "slides", "pdf", DECKS[0], str(file), "--json"],
        env=os.environ | {"WORKSHOP_CONFIG": str(config)},
        capture_output=True,
        text=True,
        timeout=patience(400),
    )
    assert done.returncode == 0, done.stderr
    pages = json.loads(done.stdout)["pages"]
    assert 15 < pages < 80
    assert file.read_bytes().startswith(b"%PDF")
