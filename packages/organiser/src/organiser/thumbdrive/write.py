"""One stick: made equal to the staged folder. Safe to kill at any moment and to run again."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from organiser.thumbdrive import transfer
from organiser.thumbdrive.drives import FAT32_LARGEST, Place
from organiser.thumbdrive.layout import CLOSING, OWN, UNFINISHED
from organiser.thumbdrive.ownership import read_own, require_no_clash, write_own
from organiser.thumbdrive.staged import Entry
from organiser.thumbdrive.sums import read_sums
from organiser.thumbdrive.update import Update, find_present, plan_update
from organiser.thumbdrive.watch import Watch
from workshop.errors import WorkshopError
from workshop.system.files import flush_folder, take_lock


@dataclass
class Written:
    """What was done to one stick."""

    place: str
    written: int
    """Bytes that were sent to the stick."""
    read_back: int
    """Bytes of the files that were read back and compared."""
    files: int
    kept: int
    removed: int
    seconds: float

    def as_document(self) -> dict[str, Any]:
        """Return it for JSON."""
        return vars(self) | {"seconds": round(self.seconds, 2), "changed": bool(self.files or self.removed)}


def look(place: Place, wanted: Mapping[str, Entry], damaged: Collection[str] = ()) -> Update:
    """Return what the stick needs.

    damaged: names of files that are written again whatever list, size and time say.

    Raises WorkshopError, before anything is changed, when it is too small, cannot hold a file so
    large, cannot be written to, or has a stranger's file in the way.
    """
    folder = place.folder
    own = read_own(folder)
    require_no_clash(folder, wanted, own)
    largest = max(wanted, key=lambda name: wanted[name].bytes)
    if place.is_fat32 and wanted[largest].bytes > FAT32_LARGEST:
        raise WorkshopError(
            f"{folder} is FAT32, which cannot hold {largest} ({wanted[largest].bytes / 1e9:.1f} GB, "
            "more than 4 GiB); format the stick as exFAT (--format exfat)"
        )
    present, unfinished = find_present(folder, own | set(wanted))
    listed = {name: sha256 for name, sha256 in _listed(folder, own).items() if name not in damaged}
    update = plan_update(wanted, listed, present, unfinished, own - set(CLOSING), place.cluster)
    free = place.free
    if update.needed > free + update.freed:
        raise WorkshopError(
            f"{folder} is too small: {update.needed / 1e6:,.0f} MB more are needed and "
            f"{(free + update.freed) / 1e6:,.0f} MB are free; take a larger stick or leave parts out"
        )
    _require_writable(folder)
    return update


def _listed(folder: Path, own: Collection[str]) -> Mapping[str, str]:
    """Return the stick's list of hashes; nothing where there is none of ours, or a damaged one."""
    try:
        return (read_sums(folder) or {}) if own else {}
    except WorkshopError:
        return {}


def find_damaged(folder: Path, names: Iterable[str], wanted: Mapping[str, Entry], watch: Watch) -> list[str]:
    """Return which of these files the stick does not give back as they shall be."""
    damaged = []
    for name in names:
        watch.step(f"reading {name}")
        try:
            right = transfer.hash_from_disk(folder / name, watch) == wanted[name].sha256
        except OSError as error:
            raise WorkshopError(
                f"{folder}: {name} cannot be read ({error.strerror}): the stick is faulty, or was pulled out"
            ) from error
        if not right:
            damaged.append(name)
    return damaged


def _require_writable(folder: Path) -> None:
    """Raise WorkshopError when no file can be made there."""
    probe = folder / f"{OWN}{UNFINISHED}"
    try:
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise WorkshopError(
            f"{folder} cannot be written to ({error.strerror}); is it locked, or mounted read-only?"
        ) from error


def work_on(place: Place, wanted: Mapping[str, Entry], reread: bool = False) -> int:
    """Return how many bytes a Watch will be told of: each file is compared or written, and read back.

    A stick that will be refused has no work; the reason is told when its turn comes. What rereading will
    find damaged is not known yet, and is more.
    """
    try:
        update = look(place, wanted)
        read = sum(wanted[name].bytes for name in update.keep) if reread else 0
        return read + sum(2 * wanted[name].bytes for name in update.write)
    except (WorkshopError, OSError):
        return 0


def write_stick(
    stage: Path, place: Place, wanted: Mapping[str, Entry], watch: Watch, reread: bool = False
) -> Written:
    """Make the stick equal to the staged folder; the list of hashes comes last.

    reread: also read every file that list, size and time call right, and write those again that are not.

    Raises WorkshopError in one line for whatever goes wrong with the stick.
    """
    started = time.monotonic()
    try:
        with only_run(place.folder):
            update = look(place, wanted)
            if reread:
                update = look(place, wanted, find_damaged(place.folder, update.keep, wanted, watch))
            written = _carry_out(stage, place.folder, wanted, update, watch)
    except OSError as error:
        raise WorkshopError(f"{place.folder}: {_plainly(error)}") from error
    return Written(
        str(place.folder),
        written,
        sum(wanted[name].bytes for name in update.write),
        len(update.write),
        len(update.keep),
        len(update.remove),
        time.monotonic() - started,
    )


@contextlib.contextmanager
def only_run(folder: Path) -> Iterator[None]:
    """Keep other runs from writing to this folder; the kernel forgets the lock with its process.

    Raises WorkshopError when another run is at it.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if not take_lock(descriptor):
            raise WorkshopError(f"{folder} is being written by another run; wait for it to end")
        yield
    finally:
        os.close(descriptor)


def _carry_out(stage: Path, folder: Path, wanted: Mapping[str, Entry], update: Update, watch: Watch) -> int:
    own = read_own(folder)
    # Before the first file: should this run be killed, the next one knows what it began.
    written = write_own(folder, own | set(wanted) | set(CLOSING))
    for name in update.remove:
        remove_own(folder, name)
    deliveries = [
        transfer.Delivery(stage / name, folder / name, wanted[name].sha256, wanted[name].bytes)
        for name in update.write
    ]
    written += transfer.deliver(deliveries, watch)
    for name in CLOSING:
        written += _close_with(stage / name, folder / name)
    written += write_own(folder, set(wanted) | set(CLOSING))
    return written


def _close_with(source: Path, target: Path) -> int:
    """Copy one of the files that say that the stick is whole; take away one that is not wanted."""
    if not source.exists():
        target.unlink(missing_ok=True)
        return 0
    return transfer.deliver_bytes(source.read_bytes(), target)


def remove_own(folder: Path, name: str) -> None:
    """Remove a file of ours that is no longer wanted, and the folders that are empty then."""
    path = folder / name
    for each in (path, path.with_name(path.name + UNFINISHED)):
        each.unlink(missing_ok=True)
    for parent in list(PurePosixPath(name).parents)[:-1]:
        with contextlib.suppress(OSError):  # not empty, or not there
            (folder / parent).rmdir()
    flush_folder(folder)


def _plainly(error: OSError) -> str:
    """Say in plain words what happened to a stick."""
    if error.errno in (errno.EIO, errno.ENODEV, errno.ENXIO, errno.ESTALE, errno.ENOTCONN, errno.ENOENT):
        said = "does not answer any more; was it pulled out? Plug it in, mount it and write again"
        return f"the stick {said} ({os.strerror(error.errno)})"
    if error.errno == errno.ENOSPC:
        return "the stick is full; take a larger one or delete what is not the workshop's, and write again"
    if error.errno == errno.EFBIG:
        return "the file system cannot hold so large a file; format the stick as exFAT (--format exfat)"
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return f"cannot be written to ({os.strerror(error.errno)}); is it locked, or mounted read-only?"
    return f"{os.strerror(error.errno or 0)}; write again"
