"""Whether what a lesson needs is compiled on this machine, for the speaker's window."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from workshop.errors import WorkshopError
from workshop.lessons.warm import PROGRESS, survey
from workshop.settings import Settings


def warmth_here(notebooks: Path | None, settings: Settings) -> dict[str, str]:
    """Return "warm", "warming" or "cold" for each lesson that compiles; nothing where nobody can know.

    What was compiled is written down by the account that compiles; a server of another account may be kept
    from reading it, and then says nothing.
    """
    if notebooks is None:
        return {}
    with contextlib.suppress(WorkshopError, OSError):
        found = survey(notebooks, settings)
        if found.record.exists():
            found.record.read_bytes()
        now = _now(found.record.with_name(PROGRESS))
        return {
            one.name: "warm" if found.is_warm(one) else "warming" if one.name == now else "cold"
            for one in found.every
        }
    return {}


def _now(file: Path) -> str:
    """Return the lesson that is being compiled, empty where none is."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        return str(json.loads(file.read_text(encoding="utf-8")).get("now", ""))
    return ""
