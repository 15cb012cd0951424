"""The pages that the demos were made after, where they can be had: they come from a site of their own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from waiting import patience
from website.serving import running

from workshop.core.settings import Settings
from workshop.site.build import build_site
from workshop.site.originals import FOLDER, read_originals

from .conftest import CHECKOUT, Open, expect, wait_until

ENTRIES = read_originals(CHECKOUT)
PAGES = [f"{entry['dataset']}/{page['file']}" for entry in ENTRIES for page in entry["pages"]]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site with every original."""
    data = tmp_path_factory.mktemp("originals")
    config = tmp_path_factory.mktemp("etc") / "workshop.toml"
    cache = os.environ.get("WORKSHOP_TEST_CACHE", str(Path.home() / ".cache" / "workshop-tests"))
    config.write_text(f'data = "{data}"\ncache = "{cache}"\n', encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "workshop", "data", "fetch", *(entry["dataset"] for entry in ENTRIES)],
        env=os.environ | {"WORKSHOP_CONFIG": str(config)},
        capture_output=True,
        text=True,
        timeout=patience(300),
    )
    if done.returncode:
        pytest.skip(f"the originals come from GitHub, which does not answer: {done.stderr[-300:]}")
    root = tmp_path_factory.mktemp("whole") / "web"
    build_site(CHECKOUT, root, Settings(data=data))
    return root


@pytest.fixture(scope="module")
def address(whole: Path) -> Iterator[str]:
    with running(whole) as (port, _):
        yield f"http://127.0.0.1:{port}/"


class Links(HTMLParser):
    """Collects what a page loads or leads to within the site."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in {"src", "href"} and value and not urlsplit(value).scheme and not value.startswith("#"):
                self.found.append(value.partition("?")[0])


def test_no_page_leads_to_a_file_that_is_missing(whole: Path) -> None:
    pages = sorted((whole / FOLDER).rglob("*.html"))
    assert len(pages) >= len(PAGES)
    for page in pages:
        links = Links()
        links.feed(page.read_text(encoding="utf-8"))
        missing = [link for link in links.found if not (page.parent / link).is_file()]
        assert missing == [], page.name


@pytest.mark.parametrize("page", PAGES)
def test_a_page_works_without_a_network(
    page: str, address: str, open_page: Open, keep: Callable[..., None]
) -> None:
    shown = open_page(address + FOLDER + page, 1366, 768)
    shown.wait_for_timeout(2000)
    keep(shown, f"original-{re.sub(r'[^a-z0-9]+', '-', page)}")
    shown.get_by_role("link", name="← Workshop").click()
    shown.wait_for_selector("text=Begin here")


def text_changes(page: Any, selector: str) -> None:
    before = page.inner_text(selector)
    wait_until(page, f"document.querySelector('{selector}').innerText !== {before!r}")


def test_the_playground_learns(address: str, open_page: Open) -> None:
    page = open_page(f"{address}{FOLDER}original-playground/index.html", 1366, 768)
    page.click("#play-pause-button")
    text_changes(page, "#iter-number")


def test_the_start_page_shows_them_beside_ours(address: str, open_page: Open) -> None:
    page = open_page(address + "index.html")
    links = page.eval_on_selector_all(
        "#demos .originals a", "all => all.map((link) => link.getAttribute('href'))"
    )
    assert sorted(links) == sorted(FOLDER + page for page in PAGES)


def test_without_them_nothing_is_shown(site: Path, open_page: Open) -> None:
    page = open_page(site.as_uri() + "/index.html")
    assert page.locator("#demos a").count() > 0
    expect(page.locator("#demos .originals")).to_have_count(0)
