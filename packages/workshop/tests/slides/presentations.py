"""A small checkout with a presentation, for tests."""

from __future__ import annotations

from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[4]

SCHEDULE = """
[[workshop]]
name = "short"
title = "A short one"
minutes = 20
item = [
  {section = "welcome", minutes = 8, demos = ["painting"]},
  {title = "Coffee", minutes = 12},
]
"""
SECTION = "---\ntitle: Hello & welcome\ntalk: 4\n---\n## Words\n\n$x$\n\nNote: Say *it*.\n"


def make_presentation(source: Path) -> None:
    """Write a schedule, one section and what drives the slides."""
    files = {
        "schedule.toml": SCHEDULE,
        "sections/welcome.md": SECTION,
        "measured.toml": "[lessons]\n",
        "slides/deck.html": "<title>{title}</title><main>{slides}</main>",
        "slides/slides.css": "css",
        "slides/slides.js": "js",
        "slides/living.js": "js",
        "slides/votes.js": "js",
        "slides/measure.js": "js",
        "slides/speaker.html": "html",
        "slides/speaker.css": "css",
        "slides/speaker.js": "js",
        "slides/pace.js": "js",
    }
    for name, text in files.items():
        path = source / "presentation" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
