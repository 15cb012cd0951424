"""Files: written whole or not at all, flushed so that they outlive a power cut, locked, and hashed."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


@contextlib.contextmanager
def written_whole(target: Path, mode: int = 0o644, *, scratch: Path | None = None) -> Iterator[IO[bytes]]:
    """Yield a file to write into; when the block ends well, it takes the place of ``target``.

    It is written beside, or in ``scratch`` (a folder of the same file system), flushed and renamed: the
    target is the old file or the new one, never half a file. After a fault nothing is left beside it.
    """
    folder = scratch or target.parent
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.stem}-", suffix=target.suffix, dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        put_in_place(Path(name), target, mode)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_whole(target: Path, content: str | bytes, mode: int = 0o644, *, group: int | None = None) -> None:
    """Give a file this content, whole or not at all; a text is written in UTF-8.

    group: the file is given to this group before anything is written.
    """
    with written_whole(target, mode) as file:
        if group is not None:
            os.fchown(file.fileno(), -1, group)
        file.write(content.encode() if isinstance(content, str) else content)


def put_in_place(finished: Path, target: Path, mode: int | None = None) -> None:
    """Flush a finished file and let it take the place of ``target``, which is on the same file system."""
    if mode is not None:
        # FAT32 knows no permissions; a file that tempfile made is nobody else's to read meanwhile.
        with contextlib.suppress(PermissionError):
            finished.chmod(mode)
    descriptor = os.open(finished, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    target.parent.mkdir(parents=True, exist_ok=True)
    finished.replace(target)
    flush_folder(target.parent)


def flush_folder(folder: Path) -> None:
    """Flush a folder to the disk, so that a rename in it outlives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def at_once(work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Do for many items what waits for the disk, several at a time; what came of each, in their order.

    Files that are flushed one after the other wait, each, until the disk has what it was given before; where
    others write much, that is seconds for a folder. Together they wait once. The first fault is raised; what
    has not begun by then is left.
    """
    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(work, items))


@contextlib.contextmanager
def locked(path: Path, on_wait: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the lock of a folder, or of a file that is made if need be, while the block runs.

    When another process holds it, ``on_wait`` is called and then waited; without ``on_wait`` BlockingIOError
    is raised. The system drops the lock when its holder ends, however it ends.
    """
    flags = os.O_RDONLY | os.O_DIRECTORY if path.is_dir() else os.O_RDWR | os.O_CREAT
    descriptor = os.open(path, flags | os.O_CLOEXEC, 0o666)
    try:
        if not take_lock(descriptor):
            if on_wait is None:
                raise BlockingIOError(f"{path} is locked by another process")
            on_wait()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def take_lock(file: int | IO[str]) -> bool:
    """Lock an open file, until it is closed; False when another process has it.

    Whoever can open a file can hold its lock, for ever: one that is this account's is closed to those who may
    only read it.
    """
    keep_to_writers(file if isinstance(file, int) else file.fileno())
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def keep_to_writers(descriptor: int) -> None:
    """Take an open file of this account's from all others, but for a group that may write it as well."""
    found = os.fstat(descriptor)
    mode = stat.S_IMODE(found.st_mode)
    kept = mode & (0o770 if mode & stat.S_IWGRP else 0o700)
    if stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid() and kept != mode:
        # FAT32 knows no permissions.
        with contextlib.suppress(OSError):
            os.fchmod(descriptor, kept)


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file as hex digits."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
