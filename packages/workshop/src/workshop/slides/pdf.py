"""A deck as a PDF: the site is built beside, and Chromium prints the deck's page."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from workshop.errors import WorkshopError
from workshop.settings import load_settings
from workshop.web.build import build_site

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_SECONDS = 120
SETTLE_MS = 8_000
"""How much of its own time Chromium gives a page before it prints."""

PAGE = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")


def print_deck(source: Path, workshop: str, file: Path, *, notes: bool) -> int:
    """Print a workshop's deck to ``file``; return its number of pages.

    Raises WorkshopError when there is no such deck, no Chromium, no reveal.js, or printing fails.
    """
    if file.suffix.lower() != ".pdf" or file.is_dir():
        raise WorkshopError(f"{file} is not the name of a PDF; let it end in .pdf")
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise WorkshopError("printing needs Chromium; install the package chromium")
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        build_site(source, site, load_settings())
        page = site / "slides" / workshop / "index.html"
        if not page.is_file():
            raise WorkshopError(f"there is no deck {workshop!r}; 'workshop slides list' names them")
        if not (site / "slides" / "vendor" / "reveal" / "reveal.js").is_file():
            raise WorkshopError("printing needs reveal.js; run 'workshop data fetch reveal katex'")
        beside = Path(folder) / "deck.pdf"
        query = "print=notes" if notes else "print"
        slides = page.read_text(encoding="utf-8").count("<section ")
        _print(browser, f"{page.as_uri()}?{query}", beside, Path(folder) / "profile")
        content = beside.read_bytes()
        pages = len(PAGE.findall(content))
        if pages < slides:
            raise WorkshopError(f"Chromium printed {pages} pages of {slides} slides; try again")
    new = file.with_name(f".{file.name}.new")
    new.write_bytes(content)
    new.replace(file)
    return pages


def _print(browser: str, address: str, file: Path, profile: Path) -> None:
    command = [
        browser,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        f"--user-data-dir={profile}",
        "--no-pdf-header-footer",
        f"--virtual-time-budget={SETTLE_MS}",
        f"--print-to-pdf={file}",
        address,
    ]
    try:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise WorkshopError(f"Chromium did not print within {PATIENCE_SECONDS} s; try again") from error
    if done.returncode or not file.is_file():
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["it said nothing"]
        raise WorkshopError(f"Chromium could not print the slides: {last[0]}")
