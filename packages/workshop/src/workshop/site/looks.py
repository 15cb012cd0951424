"""How the slides look: measured by ``presentation/slides/measure.js`` in Chromium, judged here.

Each deck is laid out slide by slide at 1280 x 720; at 1920 x 1080 the same page is scaled by 1.5.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from workshop.core.errors import WorkshopError
from workshop.core.settings import Settings, load_settings
from workshop.site.build import build_site
from workshop.site.chromium import find_browser, run_browser
from workshop.site.decks import LIBRARIES
from workshop.site.presentation import read_presentation

LEAST_TYPE = 24
LEAST_CONTRAST = 3.0
"""WCAG 2, level AA, for type of 24 pixels and more."""
MOST_WORDS = 12
"""Beside a picture."""
MOST_EMPTY = 0.5
LEAST_PICTURES = 0.8
"""Of the slides that are not titles."""
ROUNDING = 1
"""Pixels that a slide may be too large by."""
TITLES = {"opening", "part"}

MEASURED = re.compile(r'<script type="application/json" id="measured">(.*?)</script>', re.DOTALL)

Looks = dict[str, list[dict[str, Any]]]
"""By theme, one dictionary a slide; see ``measure.js``."""


def missing_to_look(settings: Settings) -> str | None:
    """Return what this machine lacks to look at slides, and how it is had; None where nothing is missing."""
    if find_browser() is None:
        return "to look at slides takes Chromium; install the package chromium"
    for library in LIBRARIES:
        if not (settings.data / library).is_dir():
            return f"to look at slides takes {library}; run 'workshop data fetch {library}'"
    return None


def measure_decks(source: Path, settings: Settings | None = None) -> dict[str, Looks]:
    """Return how every deck looks, by its name.

    Raises WorkshopError where there is no Chromium, a library was not fetched, or a page cannot be measured.
    """
    settings = settings or load_settings()
    browser = find_browser()
    if (missing := missing_to_look(settings)) or browser is None:
        raise WorkshopError(missing or "there is no Chromium")
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        build_site(source, site, settings)
        return {
            name: _measure(browser, site / "slides" / name / "index.html", Path(folder) / "profile")
            for name in read_presentation(source).workshops
        }


def _measure(browser: str, page: Path, profile: Path) -> Looks:
    shown = run_browser(
        browser, f"{page.as_uri()}?print&measure", profile, "--dump-dom", "--window-size=1280,720"
    )
    found = MEASURED.search(shown)
    if found is None:
        raise WorkshopError(f"{page.parent.name}: its slides were not measured; try again")
    looks: Looks = json.loads(found[1])
    return looks


def faults_of_looks(decks: dict[str, Looks]) -> list[str]:
    """Return one line for each fault; a slide that several decks show is told once."""
    faults: dict[str, None] = {}
    for name, looks in decks.items():
        for theme, slides in looks.items():
            for slide in slides:
                for fault in faults_of_slide(slide):
                    faults.setdefault(f"“{slide['title']}”, {theme}: {fault}", None)
        pictured = pictured_share(next(iter(looks.values())))
        if pictured < LEAST_PICTURES:
            faults.setdefault(
                f"{name}: {pictured:.0%} of its slides have a picture, not {LEAST_PICTURES:.0%}", None
            )
    return list(faults)


def pictured_share(slides: Iterable[dict[str, Any]]) -> float:
    """Return the share of the slides with content that have a picture or a demo."""
    content = [slide for slide in slides if slide["kind"] in {"pictured", "beside", "words", "program"}]
    return sum(slide["picture"] for slide in content) / len(content) if content else 1.0


def faults_of_slide(slide: dict[str, Any]) -> list[str]:
    """Return what is wrong with a slide."""
    faults = []
    if slide["overflow"] > ROUNDING:
        faults.append(f"{slide['overflow']} pixels overflow the page")
    if 0 < slide["type"] < LEAST_TYPE - 0.2:
        faults.append(f"“{slide['smallest']}” is set in {slide['type']:g} pixels, not {LEAST_TYPE}")
    if slide["contrast"] < LEAST_CONTRAST:
        faults.append(f"“{slide['weakest']}” has a contrast of {slide['contrast']:g}, not {LEAST_CONTRAST:g}")
    if slide["picture"] and slide["words"] > MOST_WORDS:
        faults.append(f"{slide['words']} words next to a picture; at most {MOST_WORDS} are allowed")
    if slide["unset"]:
        faults.append(f"{slide['unset']} formulas were not typeset")
    if slide["kind"] not in TITLES and slide["empty"] > MOST_EMPTY:
        faults.append(f"{slide['empty']:.0%} of the page is empty")
    return faults
