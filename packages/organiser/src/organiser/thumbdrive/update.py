"""What has to be done to make a stick equal to the staged folder. Looks, and changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from organiser.thumbdrive.layout import UNFINISHED
from organiser.thumbdrive.staged import Entry
from organiser.thumbdrive.transfer import FLUSH_EVERY, PATCH_FROM

_CLOCK = 2.0
"""Seconds: FAT32 keeps times to two."""
_HOUR = 3600.0
_ZONES = 15
"""FAT32 keeps local time: the same file differs by whole hours elsewhere, or in summer."""
RESERVE = 4 << 20
"""Bytes left free for what the file system itself needs."""


@dataclass(frozen=True)
class Present:
    """A file of ours that is on the stick."""

    bytes: int
    mtime: float


@dataclass(frozen=True)
class Update:
    """What a stick needs."""

    write: tuple[str, ...]
    """Small files first: they are what a person looks for first."""
    keep: tuple[str, ...]
    remove: tuple[str, ...]
    needed: int
    """Bytes that must be free on the stick once what is to be removed is gone."""
    freed: int
    """Bytes that the removed ones take now."""


def plan_update(
    wanted: Mapping[str, Entry],
    listed: Mapping[str, str],
    present: Mapping[str, Present],
    unfinished: Mapping[str, int],
    own: set[str],
    cluster: int = 4096,
) -> Update:
    """Compare what shall be with what is.

    Args:
        wanted: the staged files by name.
        listed: the SHA-256 of each file by the stick's own list, empty where there is none.
        present: our files that are there.
        unfinished: bytes of each file that an earlier run began.
        own: every name that is ours, wanted or not.
        cluster: bytes that the file system gives out at a time.
    """
    keep = tuple(sorted(name for name in wanted if _is_right(name, wanted[name], listed, present)))
    write = tuple(sorted(set(wanted) - set(keep), key=lambda name: (wanted[name].bytes, name)))
    remove = tuple(sorted(own - set(wanted)))
    growth, beside = 0, 0
    for name in write:
        new = _rounded(wanted[name].bytes, cluster)
        old = _rounded(present[name].bytes, cluster) if name in present else 0
        if name in unfinished:
            growth += max(0, new - _rounded(unfinished[name], cluster))
        else:
            growth += max(0, new - old)
            if name in present and present[name].bytes < PATCH_FROM:
                beside += new
    freed = sum(
        _rounded(each, cluster)
        for name in remove
        for each in (present[name].bytes if name in present else 0, unfinished.get(name, 0))
    )
    # Files that are replaced lie beside the old ones, but for one batch at a time.
    beside = min(beside, FLUSH_EVERY + len(write) * cluster)
    return Update(write, keep, remove, growth + beside + (RESERVE if write else 0), freed)


def _is_right(name: str, entry: Entry, listed: Mapping[str, str], present: Mapping[str, Present]) -> bool:
    """Tell whether a file need not be looked at: the list, its size and its time say it is the staged one.

    Not whether its bytes are still so; ``write.find_damaged`` reads them.
    """
    if name not in present or listed.get(name) != entry.sha256 or present[name].bytes != entry.bytes:
        return False
    return same_time(present[name].mtime, entry.mtime)


def same_time(one: float, other: float) -> bool:
    """Tell whether two times may be of one file, as FAT32 keeps them."""
    apart = abs(one - other)
    hours = round(apart / _HOUR)
    return hours <= _ZONES and abs(apart - hours * _HOUR) <= _CLOCK


def _rounded(count: int, cluster: int) -> int:
    return -(-count // cluster) * cluster


def find_present(folder: Path, names: set[str]) -> tuple[dict[str, Present], dict[str, int]]:
    """Return those of our files that are on the stick, and those that an earlier run left unfinished."""
    present, unfinished = {}, {}
    for name in names:
        path = folder / name
        if path.is_file() and not path.is_symlink():
            status = path.stat()
            present[name] = Present(status.st_size, status.st_mtime)
        begun = path.with_name(path.name + UNFINISHED)
        if begun.is_file() and not begun.is_symlink():
            unfinished[name] = begun.stat().st_size
    return present, unfinished
