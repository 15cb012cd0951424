"""One file onto a stick: resumed where it broke off, only what differs, and read back from the stick itself.

A file is written under ``NAME.unfinished`` and gets its name when it was read back and was right, so
that nobody takes half of it for the whole. A large file that was there before is renamed first and
changed in place: an appliance of which little changed is not copied anew, and needs no second place.
"""

from __future__ import annotations

import errno
import hashlib
import mmap
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from organiser.thumbdrive.layout import UNFINISHED
from organiser.thumbdrive.watch import Watch
from workshop.errors import WorkshopError
from workshop.system.files import flush_folder, hash_file

CHUNK = 1 << 20
"""Each stick that is written has up to three of these in memory, and there may be many."""
GRAIN = 4096
"""Bytes that are compared, and written when they differ: a page of the cache."""
PATCH_FROM = 8 << 20
"""Files from this size on are changed in place."""
FLUSH_EVERY = 64 << 20
"""Bytes after which they are flushed, so that the progress told is that of the stick, not of the cache.

Sticks that are written at the same time share them: else the cache would hold as much for each of sixteen.
"""


@dataclass(frozen=True)
class Delivery:
    """One file on its way."""

    source: Path
    target: Path
    sha256: str
    bytes: int

    @property
    def partial(self) -> Path:
        """Where it is until it is whole."""
        return self.target.with_name(self.target.name + UNFINISHED)


def batches(sizes: Sequence[int], most: int | None = None) -> list[range]:
    """Return which files, given their sizes in order, are written before the first of them is read back.

    ``most``: bytes of small files together; without it, FLUSH_EVERY. To flush each small file on its own
    takes longer than to write it.
    """
    found: list[range] = []
    start, together, most = 0, 0, FLUSH_EVERY if most is None else most
    for number, size in enumerate(sizes):
        if number > start and (size >= PATCH_FROM or together + size > most):
            found.append(range(start, number))
            start, together = number, 0
        together += size
    return [*found, range(start, len(sizes))] if sizes else []


def deliver(deliveries: Sequence[Delivery], watch: Watch) -> int:
    """Make each target a verified copy of its source; return how many bytes were written.

    Raises WorkshopError when a source is not what its hash says or the stick gives back something
    else, OSError when the stick is full, was pulled out or cannot be written to.
    """
    groups = batches([delivery.bytes for delivery in deliveries], FLUSH_EVERY // watch.beside)
    return sum(_deliver_batch([deliveries[number] for number in group], watch) for group in groups)


def _deliver_batch(batch: Sequence[Delivery], watch: Watch) -> int:
    begun = [each for each in batch if _begin(each, watch)]
    written = 0
    for each in begun:
        watch.step(each.target.name)
        written += _equalise(each.source, each.partial, watch)
    for each in begun:
        _flush(each.partial)
    for each in begun:
        watch.step(f"reading back {each.target.name}")
        _require_read_back(each, watch)
    for each in begun:
        _take_name(each.partial, each.target)
    for folder in {each.target.parent for each in begun}:
        flush_folder(folder)
    return written


def _begin(delivery: Delivery, watch: Watch) -> bool:
    """Get what is there out of the way of a person; False when it is right already."""
    target, partial = delivery.target, delivery.partial
    if partial.exists() or not target.exists():
        return True
    # What the cache remembers of it is not what the stick has.
    forget(target)
    if target.stat().st_size < PATCH_FROM:
        if not _same(delivery.source, target):
            return True
        watch.advance(2 * delivery.bytes)
        return False
    target.rename(partial)
    flush_folder(target.parent)
    return True


def deliver_bytes(data: bytes, target: Path) -> int:
    """Make a small file hold ``data``, whole or not at all; return the bytes written: none where it is so.

    Modes are left alone: FAT32 has none, and refuses who would set them.
    """
    if target.is_file() and target.read_bytes() == data:
        return 0
    beside = target.with_name(target.name + UNFINISHED)
    target.parent.mkdir(parents=True, exist_ok=True)
    beside.write_bytes(data)
    _flush(beside)
    _take_name(beside, target)
    flush_folder(target.parent)
    return len(data)


def _flush(file: Path) -> None:
    """Bring a file's bytes to the disk, also those that an earlier run left in the cache."""
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _take_name(beside: Path, target: Path) -> None:
    """Give a finished file its name."""
    try:
        beside.replace(target)
    except FileExistsError:  # some programs that mount FAT32 cannot rename over another file
        target.unlink()
        beside.rename(target)


def _same(one: Path, other: Path) -> bool:
    return one.stat().st_size == other.stat().st_size and one.read_bytes() == other.read_bytes()


def _equalise(source: Path, partial: Path, watch: Watch) -> int:
    """Write into ``partial`` what differs from ``source`` there; return the bytes written."""
    written = unflushed = offset = 0
    partial.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(partial, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        there = os.fstat(descriptor).st_size
        with source.open("rb") as wanted:
            while chunk := wanted.read(CHUNK):
                old = os.pread(descriptor, len(chunk), offset) if offset < there else b""
                count = _write_differences(descriptor, offset, chunk, old)
                written, unflushed, offset = written + count, unflushed + count, offset + len(chunk)
                if unflushed >= FLUSH_EVERY // watch.beside:
                    os.fdatasync(descriptor)
                    unflushed = 0
                watch.advance(len(chunk))
        os.ftruncate(descriptor, offset)
    finally:
        os.close(descriptor)
    status = source.stat()
    os.utime(partial, ns=(status.st_mtime_ns, status.st_mtime_ns))
    return written


def _write_differences(descriptor: int, offset: int, new: bytes, old: bytes) -> int:
    """Write the runs of ``new`` that ``old`` has not; return their bytes."""
    if new == old:
        return 0
    written = 0
    for start, end in differences(new, old) if old else [(0, len(new))]:
        run = memoryview(new)[start:end]
        while run:
            count = os.pwrite(descriptor, run, offset + start)
            start, written, run = start + count, written + count, run[count:]
    return written


def differences(new: bytes, old: bytes) -> list[tuple[int, int]]:
    """Return the runs (start, end) of whole grains in which ``new`` differs from ``old``."""
    runs: list[tuple[int, int]] = []
    for start in range(0, len(new), GRAIN):
        end = min(start + GRAIN, len(new))
        if new[start:end] == old[start:end]:
            continue
        if runs and runs[-1][1] == start:
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    return runs


def _require_read_back(delivery: Delivery, watch: Watch) -> None:
    """Raise WorkshopError when the stick does not give back what was staged; say whose fault that is."""
    if hash_from_disk(delivery.partial, watch) == delivery.sha256:
        return
    delivery.partial.unlink()
    if hash_file(delivery.source) != delivery.sha256:
        raise WorkshopError(f"{delivery.source} changed since it was staged; stage again")
    raise WorkshopError(
        f"{delivery.target.name} was written and came back different: this stick is faulty; take another"
    )


def hash_from_disk(path: Path, watch: Watch) -> str:
    """Return a file's SHA-256, read from the disk and not from the cache where the system allows it."""
    forget(path)
    try:
        return _hash(path, os.O_DIRECT, watch)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        return _hash(path, 0, watch)  # a file system without direct reading


def forget(path: Path) -> None:
    """Put a file that was flushed out of the cache."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)


def _hash(path: Path, flag: int, watch: Watch) -> str:
    digest = hashlib.sha256()
    descriptor = os.open(path, os.O_RDONLY | flag)
    # Memory that begins at a page, as direct reading wants it.
    size = min(CHUNK, -(-max(1, path.stat().st_size) // GRAIN) * GRAIN)
    with mmap.mmap(-1, size) as buffer:
        try:
            offset = 0
            while count := os.preadv(descriptor, [buffer], offset):
                digest.update(memoryview(buffer)[:count])
                offset += count
                watch.advance(count)
                if count % GRAIN:
                    break  # the end: direct reading may not begin there
        finally:
            os.close(descriptor)
    return digest.hexdigest()
