"""Puts the pages of the demos into the frame that they share: ``js-demos/page.html``.

A page begins with what is its own, as TOML in a comment, and goes on with its ``<main>``::

    <!--
    title = "Digits: a network that reads"
    styles = ["../../assets/demo.css", "digits.css"]
    skip = ["settings", "To the settings"]
    -->
    <main class="wide"> ...

``skip``: where the first link of the page leads, and its words. Optional: ``asks``, what of the server the
page may ask and show (a part of its content-security policy); ``back``, where the button at the left leads,
and its words.
"""

from __future__ import annotations

import html
import re
import string
import tomllib
from pathlib import Path
from typing import Any

from workshop.errors import WorkshopError

FRAME = "page.html"
START = ["../../index.html", "← Workshop"]

_OWN = re.compile(r"\A<!--\n(.*?)-->\n", re.DOTALL)


def framed(demos: Path, name: str, text: str) -> str:
    """Return the page ``name`` of the folder ``demos`` in the frame; one that begins otherwise is left alone.

    Raises WorkshopError when what is its own is faulty, or there is no frame.
    """
    found = _OWN.match(text)
    if not found:
        return text
    try:
        own = tomllib.loads(found[1])
        values = _values(own)
    except (tomllib.TOMLDecodeError, KeyError, ValueError, TypeError) as error:
        raise WorkshopError(
            f"{name}: its first comment is faulty ({error}); see packages/workshop/src/workshop/web/pages.py"
        ) from error
    try:
        frame = (demos / FRAME).read_text(encoding="utf-8")
    except OSError as error:
        raise WorkshopError(f"cannot read {demos / FRAME}: {error.strerror}; restore it") from error
    return string.Template(frame).substitute(values, body=text[found.end() :])


def _values(own: dict[str, Any]) -> dict[str, str]:
    """Return what takes the places of the frame, made safe for HTML."""
    skip_to, skip_words = own["skip"]
    back, back_words = own.get("back", START)
    styles = [f'  <link rel="stylesheet" href="{html.escape(style)}">' for style in own["styles"]]
    return {
        "title": html.escape(own["title"]),
        "styles": "\n".join(styles),
        "asks": html.escape(own.get("asks", "connect-src 'none'"), quote=False),
        "skip_to": html.escape(skip_to),
        "skip_words": html.escape(skip_words),
        "back": html.escape(back),
        "back_words": html.escape(back_words),
    }
