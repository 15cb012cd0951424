"""Names on a stick: those that several modules must know, and which ones every system can write."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from workshop.core.errors import WorkshopError

START = "0_START_HERE.html"
SUMS = "SHA256SUMS"
"""Hash and name of each file, in the format of ``sha256sum``; written last."""
SIGNATURE = "SHA256SUMS.sig"
SIGNER = "signer.pub"
"""The public key that belongs to the signature."""
OWN = ".workshop-thumbdrive"
"""Names the files that are ours; anything else on a stick is a stranger's."""
CLOSING = (SIGNATURE, SUMS)
"""Written after everything else: a stick with the new list has all that it names."""
WHEELS = "wheels"
DATA = "data"
DEBS = "debs"
COURSES = "courses"
"""Folders that set-up looks for on a stick."""
SITE = "site"
PREFLIGHT = "check-my-computer"
LOCAL = "set-up-from-stick.bash"
BUNDLE = "workshop.bundle"

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f"*:<>?\\|]')
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_LONGEST = 255
"""UTF-16 units of one name on FAT32 and exFAT."""


def fault(name: str) -> str:
    """Say why a path cannot be written by every system, on FAT32 and exFAT; empty when it can.

    The rules are those of Microsoft's "Naming Files, Paths, and Namespaces".
    """
    parts = name.split("/")
    if name.startswith("/") or any(part in ("", ".", "..") for part in parts):
        return "leads out of the stick"
    for part in parts:
        if _FORBIDDEN.search(part):
            return "has a character that Windows refuses"
        if part != part.rstrip(" ."):
            return "ends with a dot or a space, which Windows drops"
        if _DEVICES.fullmatch(part):
            return "is the name of a device on Windows"
        if len(part.encode("utf-16-le")) // 2 > _LONGEST:
            return "is too long"
    return ""


def require_writable(names: Iterable[str]) -> None:
    """Raise WorkshopError for a name that some system refuses, or two that are one there."""
    taken: dict[str, str] = {}
    last = ""
    for name in sorted(names):
        if name == last:
            raise WorkshopError(f"{name} would be on the stick twice, from two sources; rename one")
        last = name
        if why := fault(name):
            raise WorkshopError(f"{name} cannot be on a stick: it {why}; rename it")
        for path in (PurePosixPath(name), *PurePosixPath(name).parents):
            key, kind = path.as_posix().casefold(), "file" if path.as_posix() == name else "folder"
            before = taken.setdefault(key, f"{kind} {path.as_posix()}")
            if before != f"{kind} {path.as_posix()}":
                raise WorkshopError(
                    f"{name} and {before.split(' ', 1)[1]} are the same name on Windows; rename one"
                )
