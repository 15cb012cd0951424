"""The drawings of the page: what will be on the screen, and what to press there, which is ringed."""

from __future__ import annotations

from functools import cache
from html import escape
from pathlib import Path
from string import Template

FOLDER = Path(__file__).with_name("figures")


def picture(name: str, **words: str) -> str:
    """Return a drawing as SVG, coloured by the page's own style, with these words in it."""
    return _drawing(name).substitute({word: escape(text) for word, text in words.items()})


def terminal(title: str, window: str, first: str, second: str, third: str = "") -> str:
    """Return the drawing of a terminal: the line that is typed, and two that answer."""
    return picture("terminal", title=title, window=window, first=first, second=second, third=third)


@cache
def _drawing(name: str) -> Template:
    return Template((FOLDER / f"{name}.svg").read_text(encoding="utf-8").strip())
