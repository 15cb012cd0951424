"""The decks as a folder for any web server: decks, demos, hand-outs, and a page that lists them.

Nothing in it asks for a server of ours: what needs one (the viewer of models, the pages that ours were made
after, links to Jupyter and TensorBoard) is left out. All links are relative.
"""

from __future__ import annotations

import json
import shutil
import string
import tempfile
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from workshop.core.errors import WorkshopError
from workshop.core.settings import Settings, load_settings
from workshop.site.build import build_site, read_manifest
from workshop.site.chromium import find_browser, print_page
from workshop.site.decks import LIBRARIES
from workshop.site.presentation import read_presentation

MARK = ".published.json"
"""In the folder: that it was published, and so may be published anew."""
NEEDS_A_SERVER = ("demos/look-inside/", "demos/vendor/netron/", "demos/originals/")
PARTS = ("slides/", "demos/", "assets/")
PAGE = "presentation/slides/published.html"


TITLE = "Deep Learning Workshop"


@dataclass(frozen=True)
class Event:
    """What the page says of the workshop that was held; an empty date or place is left out."""

    title: str = TITLE
    date: str = ""
    place: str = ""


def publish_decks(
    source: Path, into: Path, event: Event = Event(), *, settings: Settings | None = None
) -> dict[str, Any]:
    """Make ``into`` from the checkout ``source``; return ``{"files", "bytes", "handouts", "notes"}``.

    Raises WorkshopError when ``into`` holds something else, or a library of the slides was not fetched.
    """
    _require_own(into)
    notes: list[str] = []
    with tempfile.TemporaryDirectory() as scratch:
        site, made = Path(scratch) / "site", Path(scratch) / "made"
        build_site(source, site, settings or load_settings())
        for library in LIBRARIES:
            if not (site / "slides" / "vendor" / library).is_dir():
                raise WorkshopError(f"publishing needs {library}; run 'workshop data fetch {library}'")
        _copy(site, made)
        handouts = _handouts(source, site, made, Path(scratch) / "profile", notes)
        _pages(source, made, handouts, event)
        _replace(made, into)
    files = [path for path in into.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    return {"files": len(files), "bytes": size, "handouts": handouts, "notes": notes}


def _require_own(into: Path) -> None:
    if into.is_symlink() or (into.exists() and not into.is_dir()):
        raise WorkshopError(f"{into} is not a folder; name another one")
    if into.is_dir() and any(into.iterdir()) and not (into / MARK).is_file():
        raise WorkshopError(f"{into} holds something else; name a new folder")


def _copy(site: Path, made: Path) -> None:
    """Copy what a plain server can show."""
    for path in sorted(site.rglob("*")):
        name = path.relative_to(site).as_posix()
        if path.is_file() and name.startswith(PARTS) and not name.startswith(NEEDS_A_SERVER):
            (made / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, made / name)


def _handouts(source: Path, site: Path, made: Path, profile: Path, notes: list[str]) -> list[str]:
    """Print each deck with its notes; return the names of the files, none where there is no Chromium."""
    browser = find_browser()
    if browser is None:
        notes.append("No hand-outs were made: printing needs Chromium.")
        return []
    (made / "handouts").mkdir(parents=True)
    names = []
    for name in read_presentation(source).workshops:
        page = site / "slides" / name / "index.html"
        print_page(browser, f"{page.as_uri()}?print=notes", made / "handouts" / f"{name}.pdf", profile)
        names.append(f"handouts/{name}.pdf")
    return names


def _pages(source: Path, made: Path, handouts: list[str], event: Event) -> None:
    """Write the page that lists the decks, and the settings that tell the pages where they are."""
    decks = []
    for workshop in read_presentation(source).workshops.values():
        handout = f"handouts/{workshop.name}.pdf"
        more = f' · <a href="{handout}">hand-out with notes</a>' if handout in handouts else ""
        title = escape(workshop.title)
        decks.append(
            f'<li><a href="slides/{workshop.name}/index.html">{title}</a>'
            f"<br><span class=quiet>{workshop.minutes} minutes{more}</span></li>"
        )
    demos = [
        f'<li><a href="demos/{demo["name"]}/index.html">{escape(demo["title"])}</a>'
        f"<br><span class=quiet>{escape(demo['summary'])}</span></li>"
        for demo in read_manifest(source)
        if f"demos/{demo['name']}/" not in NEEDS_A_SERVER
    ]
    held = " · ".join(escape(each) for each in (event.date, event.place) if each)
    page = string.Template((source / PAGE).read_text(encoding="utf-8"))
    text = page.substitute(
        title=escape(event.title), held=held, decks="\n".join(decks), demos="\n".join(demos)
    )
    (made / "index.html").write_text(text, encoding="utf-8")
    config = json.dumps({"published": True, "ports": {}, "demos": [], "lessons": [], "workshops": []})
    (made / "config.js").write_text(f"window.workshopConfig = {config};\n", encoding="utf-8")
    (made / MARK).write_text("{}\n", encoding="utf-8")


def _replace(made: Path, into: Path) -> None:
    """Put the folder into its place; if it is killed in between, the next run goes on from the old one."""
    into.parent.mkdir(parents=True, exist_ok=True)
    new, old = into.with_name(f".{into.name}.new"), into.with_name(f".{into.name}.old")
    for leftover in (new, old):
        shutil.rmtree(leftover, ignore_errors=True)
    shutil.copytree(made, new)
    if into.is_dir():
        into.rename(old)
    new.rename(into)
    shutil.rmtree(old, ignore_errors=True)
