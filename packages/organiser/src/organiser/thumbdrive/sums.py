"""The list of hashes on a stick, in the format that ``sha256sum --check`` reads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from organiser.thumbdrive.layout import SUMS
from organiser.thumbdrive.names import fault
from workshop.errors import WorkshopError

_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")
CHUNK = 1 << 20


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
