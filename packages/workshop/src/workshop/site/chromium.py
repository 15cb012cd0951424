"""This machine's Chromium without a window: it prints a deck as a PDF, or says what a page has become."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from workshop.core.errors import WorkshopError
from workshop.core.files import write_whole
from workshop.core.settings import load_settings
from workshop.site.build import build_site

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chromium-headless-shell")
PATIENCE_SECONDS = 120
SETTLE_MS = 8_000
"""How much of its own time Chromium gives a page before it is done with it."""


def find_browser() -> str | None:
    """Return the program, or None where there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def run_browser(browser: str, address: str, profile: Path, *task: str) -> str:
    """Open ``address`` and do what the options ``task`` say; return what Chromium wrote on stdout.

    Raises WorkshopError when it fails or takes too long.
    """
    command = [
        browser,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        # Pages opened as files may look at their own pictures.
        "--allow-file-access-from-files",
        f"--user-data-dir={profile}",
        f"--virtual-time-budget={SETTLE_MS}",
        *task,
        address,
    ]
    try:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise WorkshopError(f"Chromium did not finish within {PATIENCE_SECONDS} s; try again") from error
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["it said nothing"]
        raise WorkshopError(f"Chromium failed: {last[0]}")
    return done.stdout.decode(errors="replace")


PAGE = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")


def print_deck(source: Path, workshop: str, file: Path, *, notes: bool) -> int:
    """Print a workshop's deck to ``file``; return its number of pages.

    Raises WorkshopError when there is no such deck, no Chromium, no reveal.js, or printing fails.
    """
    if file.suffix.lower() != ".pdf" or file.is_dir():
        raise WorkshopError(f"{file} does not end in .pdf")
    browser = find_browser()
    if browser is None:
        raise WorkshopError("printing needs Chromium; install the package chromium")
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        build_site(source, site, load_settings())
        page = site / "slides" / workshop / "index.html"
        if not page.is_file():
            raise WorkshopError(f"there is no deck {workshop!r}; 'workshop slides list' lists them")
        if not (site / "slides" / "vendor" / "reveal" / "reveal.js").is_file():
            raise WorkshopError("printing needs reveal.js; run 'workshop data fetch reveal katex'")
        beside = Path(folder) / "deck.pdf"
        query = "print=notes" if notes else "print"
        slides = page.read_text(encoding="utf-8").count("<section ")
        content = print_page(browser, f"{page.as_uri()}?{query}", beside, Path(folder) / "profile")
        pages = len(PAGE.findall(content))
        if pages < slides:
            raise WorkshopError(f"Chromium printed {pages} pages of {slides} slides; try again")
    write_whole(file, content)
    return pages


def print_page(browser: str, address: str, file: Path, profile: Path) -> bytes:
    """Print a page to ``file`` and return its bytes; WorkshopError where Chromium wrote nothing."""
    run_browser(browser, address, profile, "--no-pdf-header-footer", f"--print-to-pdf={file}")
    if not file.is_file():
        raise WorkshopError("Chromium printed nothing; try again")
    return file.read_bytes()
