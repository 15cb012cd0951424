"""A deck as a PDF: the site is built beside, and Chromium prints the deck's page."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from workshop.errors import WorkshopError
from workshop.settings import load_settings
from workshop.site.build import build_site
from workshop.site.chromium import find_browser, run_browser
from workshop.system.files import write_whole

PAGE = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")


def print_deck(source: Path, workshop: str, file: Path, *, notes: bool) -> int:
    """Print a workshop's deck to ``file``; return its number of pages.

    Raises WorkshopError when there is no such deck, no Chromium, no reveal.js, or printing fails.
    """
    if file.suffix.lower() != ".pdf" or file.is_dir():
        raise WorkshopError(f"{file} is not the name of a PDF; let it end in .pdf")
    browser = find_browser()
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
