"""Seconds of former runs, kept for the order and the forecasts of later ones."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path


def read(file: Path) -> dict[str, float]:
    """Read figures of former runs; none when there was no run, or when it was killed while it wrote."""
    with contextlib.suppress(OSError, ValueError):
        return dict(json.loads(file.read_text(encoding="utf-8")))
    return {}


def add(file: Path, seconds: Mapping[str, float], machine: float) -> None:
    """Add figures for later runs, in the place of those that have the same names.

    What a slow machine measured is kept as it would have been on the reference: tomorrow it may be quicker.
    """
    new = {name: round(value / machine, 3) for name, value in seconds.items()}
    beside = file.with_suffix(".new")
    beside.write_text(json.dumps(read(file) | new, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    beside.rename(file)
