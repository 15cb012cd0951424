"""The folder that sticks are made equal to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from organiser.thumbdrive.layout import SUMS
from organiser.thumbdrive.sums import read_sums
from workshop.errors import WorkshopError


@dataclass(frozen=True)
class Entry:
    """One file as it shall be on a stick."""

    bytes: int
    sha256: str
    mtime: float
    """Seconds since 1970."""


def read_staged(folder: Path) -> dict[str, Entry]:
    """Return the files of a staged folder by name; WorkshopError where it is not whole."""
    hashes = read_sums(folder)
    if hashes is None:
        raise WorkshopError(f"{folder} was not staged (it has no {SUMS}); run 'workshop thumbdrive stage'")
    entries = {}
    for name, sha256 in hashes.items():
        try:
            status = (folder / name).stat()
        except FileNotFoundError:
            raise WorkshopError(f"{folder} lacks {name}; run 'workshop thumbdrive stage' again") from None
        entries[name] = Entry(status.st_size, sha256, status.st_mtime)
    return entries
