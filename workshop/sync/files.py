"""Files and folders: atomic writes, one lock, and paths that never leave their folder."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from workshop.errors import WorkshopError

BESIDE = (".sync-", ".tmp")
"""How the names of unfinished files begin and end."""


def write_atomically(target: Path, data: bytes) -> None:
    """Write beside, flush to the disk, rename: the target is the old or the new file, never half of one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, beside = tempfile.mkstemp(prefix=BESIDE[0], suffix=BESIDE[1], dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).chmod(_mode(target))
        Path(beside).replace(target)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    flush_folder(target.parent)


def _mode(target: Path) -> int:
    """Return the mode that the file has, or the one that the user's mask gives to new files."""
    try:
        return target.stat().st_mode & 0o7777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def flush_folder(folder: Path) -> None:
    """Flush a folder to the disk, so that a rename in it outlives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_unfinished(folder: Path) -> None:
    """Delete what a killed sync left beside its targets; call it with the lock held."""
    for file in folder.glob("*".join(BESIDE)):
        file.unlink(missing_ok=True)


@contextlib.contextmanager
def only_one(state: Path) -> Iterator[None]:
    """Hold the lock of a state folder; raises WorkshopError when another sync holds it.

    The kernel releases the lock with its process, so no killed sync leaves a stale one.
    """
    state.mkdir(parents=True, exist_ok=True)
    with (state / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise WorkshopError("another sync is running here; try again when it is done") from error
        yield


def obstacle(root: Path, path: str) -> str:
    """Say why ``path`` below ``root`` must not be written; empty when it may.

    A link is never written through: it may point out of the participant's folder.
    """
    place = root
    parts = Path(path).parts
    for number, part in enumerate(parts, start=1):
        place = place / part
        name = place.relative_to(root)
        if place.is_symlink():
            return f"{name} is a link; move it away to get the workshop's file"
        if number < len(parts) and place.exists() and not place.is_dir():
            return f"{name} is a file where the workshop has a folder; rename it to get what is in there"
        if number == len(parts) and place.is_dir():
            return f"{name} is a folder where the workshop has a file; rename it to get the file"
    return ""
