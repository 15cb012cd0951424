"""The list of hashes on a stick and in the staged folder, in the format that ``sha256sum --check`` reads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from organiser.thumbdrive.names import SUMS, fault
from workshop.core.errors import WorkshopError

_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")


def format_sums(hashes: Mapping[str, str]) -> bytes:
    """Return the list for these files (name to SHA-256 in hex), in the order of their names."""
    return "".join(f"{hashes[name]}  {name}\n" for name in sorted(hashes)).encode()


def parse_sums(data: bytes, where: str) -> dict[str, str]:
    """Return name and SHA-256 of each file that a list names.

    Raises WorkshopError, which begins with ``where``, for a line that is no such entry or leads out
    of the stick.
    """
    hashes: dict[str, str] = {}
    text = data.decode("utf-8", errors="replace").removesuffix("\n")
    for number, line in enumerate(text.split("\n") if text else (), 1):
        found = _LINE.fullmatch(line)
        if not found or fault(found[2]):
            raise WorkshopError(f"{where}: line {number} of {SUMS} is damaged; write the stick again")
        hashes[found[2]] = found[1]
    return hashes


def read_sums(folder: Path) -> dict[str, str] | None:
    """Return what a stick's list says; None where there is no list."""
    try:
        data = (folder / SUMS).read_bytes()
    except FileNotFoundError:
        return None
    return parse_sums(data, str(folder))


@dataclass(frozen=True)
class Entry:
    """One file as it shall be on a stick."""

    bytes: int
    sha256: str


def read_staged(folder: Path) -> dict[str, Entry]:
    """Return the files of a staged folder by name; WorkshopError where it is not whole."""
    hashes = read_sums(folder)
    if hashes is None:
        raise WorkshopError(f"{folder} was not staged (it has no {SUMS}); run 'workshop stick stage'")
    entries = {}
    for name, sha256 in hashes.items():
        try:
            entries[name] = Entry((folder / name).stat().st_size, sha256)
        except FileNotFoundError:
            raise WorkshopError(f"{folder} lacks {name}; run 'workshop stick stage' again") from None
    return entries
