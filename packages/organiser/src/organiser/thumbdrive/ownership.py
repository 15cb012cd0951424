"""Which files on a stick are ours: those that a list there names, and no others."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from organiser.thumbdrive.names import CLOSING, OWN, fault
from workshop.core.errors import WorkshopError
from workshop.core.files import flush_folder, take_lock

HEAD = "# The files that 'workshop thumbdrive' put on this stick, and may replace or delete."
"""The command is called ``workshop stick`` now; sticks that exist begin with this line."""


@contextlib.contextmanager
def only_run(folder: Path) -> Iterator[None]:
    """Keep other runs from writing to this folder; the kernel forgets the lock with its process.

    Raises WorkshopError when another run is at it.
    """
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if not take_lock(lock):
            raise WorkshopError(f"{folder} is being written by another run; wait for it to end")
        yield
    finally:
        os.close(lock)


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


def write_own(folder: Path, names: Iterable[str]) -> None:
    """Write the list of our files, unless it is so already."""
    put_bytes("\n".join([HEAD, *sorted({*names, *CLOSING}), ""]).encode(), folder / OWN)


def put_bytes(data: bytes, target: Path) -> bool:
    """Make a small file hold ``data``, whole or not at all; tell whether it did not.

    ``write_whole`` would set a mode, which FAT32 does not have.
    """
    if target.is_file() and target.read_bytes() == data:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    new = target.with_name(f".{target.name}.new")
    with new.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    try:
        new.replace(target)
    except FileExistsError:  # some programs that mount FAT32 cannot rename over another file
        target.unlink()
        new.rename(target)
    flush_folder(target.parent)
    return True


def remove_own(folder: Path, name: str) -> None:
    """Remove a file of ours, and the folders that are empty then."""
    (folder / name).unlink(missing_ok=True)
    for parent in list(PurePosixPath(name).parents)[:-1]:
        with contextlib.suppress(OSError):  # not empty, or not there
            (folder / parent).rmdir()
    flush_folder(folder)


def require_no_clash(folder: Path, wanted: Iterable[str], own: set[str]) -> None:
    """Raise WorkshopError when a stranger's file has the name of one of ours, or of a folder of ours."""
    for name in [*wanted, *CLOSING, *own]:
        for parent in list(PurePosixPath(name).parents)[:-1]:
            # A link might lead out of the stick.
            if (folder / parent).is_symlink() or (folder / parent).is_file():
                raise _clash(folder, str(parent), "a folder")
        if name not in own and os.path.lexists(folder / name):
            raise _clash(folder, name, "a file")


def _clash(folder: Path, name: str, kind: str) -> WorkshopError:
    return WorkshopError(
        f"{folder} has {name}, which is not ours, and {kind} of the workshop has that name; "
        "move it away; nothing was changed"
    )
