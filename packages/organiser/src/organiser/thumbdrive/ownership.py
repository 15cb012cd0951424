"""Which files on a stick are ours: those that a list there names, and no others."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from organiser.thumbdrive.layout import CLOSING, OWN, UNFINISHED
from organiser.thumbdrive.names import fault
from organiser.thumbdrive.transfer import deliver_bytes
from workshop.errors import WorkshopError

HEAD = "# The files that 'workshop thumbdrive' put on this stick, and may replace or delete."


def own_list(names: Iterable[str]) -> bytes:
    """Return the list as it lies on a stick."""
    return "\n".join([HEAD, *sorted(set(names)), ""]).encode()


def read_own(folder: Path) -> set[str]:
    """Return the names that are ours on a stick; none where there is no list.

    Raises WorkshopError when a file has the list's name and is none.
    """
    try:
        text = (folder / OWN).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return set()
    lines = text.removesuffix("\n").split("\n")
    if lines[0] != HEAD or any(fault(name) for name in lines[1:]):
        raise WorkshopError(f"{folder / OWN} is damaged; delete it if nothing else on the stick is yours")
    return set(lines[1:])


def write_own(folder: Path, names: Iterable[str]) -> int:
    """Write the list where it is not so already; return the bytes written."""
    return deliver_bytes(own_list(names), folder / OWN)


def require_no_clash(folder: Path, wanted: Iterable[str], own: set[str]) -> None:
    """Raise WorkshopError when a stranger's file has the name of one of ours, or of a folder of ours."""
    for name in [*wanted, *CLOSING]:
        if name in own:
            continue
        for parent in list(PurePosixPath(name).parents)[:-1]:
            if os.path.lexists(folder / parent) and not _is_folder(folder / parent):
                raise _clash(folder, str(parent), "a folder")
        for taken in (name, name + UNFINISHED):
            if os.path.lexists(folder / taken):
                raise _clash(folder, taken, "a file")


def _is_folder(path: Path) -> bool:
    """Tell whether it is a folder itself: a link might lead out of the stick."""
    return path.is_dir() and not path.is_symlink()


def _clash(folder: Path, name: str, kind: str) -> WorkshopError:
    return WorkshopError(
        f"{folder} has {name}, which is not ours, and {kind} of the workshop has that name; "
        "move it away; nothing was changed"
    )
