"""The page's code of a widget that answers with a digit: what such widgets share, and its own after it."""

from __future__ import annotations

from pathlib import Path


def with_bars(page: Path) -> str:
    """Return the shared JavaScript and a widget's own as the one module that a browser gets."""
    shared = Path(__file__).with_name("answerbars.js")
    return "\n".join(file.read_text(encoding="utf-8") for file in (shared, page))
