"""The slides' part of the site: a page a workshop, what drives it, and the libraries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workshop.site.decks import Presentation, deck, read_presentation, title

LIBRARIES = ("reveal", "katex")
"""The data sets that the pages load from slides/vendor/."""

DRIVERS = (
    "slides.css",
    "slides.js",
    "living.js",
    "votes.js",
    "measure.js",
    "pace.js",
    "speaker.html",
    "speaker.css",
    "speaker.js",
)


def slides_site(
    source: Path, data: Path, notes: list[str], updates: bool = False
) -> tuple[dict[str, bytes], list[dict[str, Any]]]:
    """Return the files by their paths in the site, and what the start page shows of each workshop.

    ``updates`` tells whether the machine has an address for them. A library that was not fetched is noted;
    the slides are then one readable page without it.
    Raises WorkshopError when the presentation is faulty.
    """
    presentation = read_presentation(source)
    folder = source / "presentation" / "slides"
    files = {f"slides/{name}": (folder / name).read_bytes() for name in DRIVERS}
    for path in sorted((source / "presentation" / "pictures").glob("*.webp")):
        files[f"slides/pictures/{path.name}"] = path.read_bytes()
    for workshop in presentation.workshops.values():
        files[f"slides/{workshop.name}/index.html"] = deck(presentation, workshop, updates).encode()
    for library in LIBRARIES:
        files |= _library(library, data, notes)
    return files, [_shown(presentation, name) for name in presentation.workshops]


def _library(library: str, data: Path, notes: list[str]) -> dict[str, bytes]:
    found = [path for path in sorted((data / library).rglob("*")) if path.is_file()]
    if not found:
        notes.append(f"{library} is not in {data}; 'workshop data fetch {library}' gets it")
    return {
        f"slides/vendor/{library}/{path.relative_to(data / library).as_posix()}": path.read_bytes()
        for path in found
        if not path.name.startswith(".")
    }


def _shown(presentation: Presentation, name: str) -> dict[str, Any]:
    workshop = presentation.workshops[name]
    items = [
        {
            "start": start,
            "minutes": item.minutes,
            "title": title(presentation, item),
            "demos": list(item.demos),
            "lessons": list(item.lessons),
        }
        for start, item in zip(workshop.starts(), workshop.items, strict=True)
    ]
    return {"name": name, "title": workshop.title, "minutes": workshop.minutes, "items": items}
