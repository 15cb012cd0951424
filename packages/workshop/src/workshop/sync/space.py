"""Is there room? Asked before the first write, because a full disk stops Jupyter from saving, too."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from workshop.errors import WorkshopError
from workshop.sync.notebook import Version
from workshop.sync.tree import Fate

SPARE_BYTES = 20_000_000
SPARE_INODES = 200


def require_space(fates: Sequence[Fate], kept: Sequence[Version], into: Path, state: Path) -> None:
    """Raise WorkshopError when what is to be written would fill a disk or use up its inodes."""
    steps = [step for fate in fates for step in fate.steps]
    if not steps and not kept:
        return
    written = [len(step.after.data) for step in steps if step.after is not None]
    saved = [len(step.before.data) for step in steps if step.before is not None]
    saved += [len(version.data) for version in kept]
    needs = [(into, sum(written), len(written)), (state, sum(saved), len(saved))]
    places = [(_existing(place), size, count) for place, size, count in needs]
    if places[0][0].stat().st_dev == places[1][0].stat().st_dev:
        places = [(places[0][0], sum(written) + sum(saved), len(written) + len(saved))]
    for place, size, count in places:
        _require(place, size + SPARE_BYTES, count + SPARE_INODES)


def _existing(place: Path) -> Path:
    return next(parent for parent in (place, *place.parents) if parent.exists())


def _require(place: Path, size: int, inodes: int) -> None:
    disk = os.statvfs(place)
    free = disk.f_bavail * disk.f_frsize
    if free < size:
        raise WorkshopError(
            f"{place} has {free // 1_000_000} MB free and the update needs {size // 1_000_000} MB; "
            "nothing was changed"
        )
    # Some file systems make inodes as they go and say that they have none.
    if disk.f_files and disk.f_favail < inodes:
        raise WorkshopError(
            f"{place} has room for {disk.f_favail} more files and the update needs {inodes}; "
            "delete what you do not need; nothing was changed"
        )
