"""Read a stream-optimised VMDK: every grain inflated and checked, into a raw disk where one is wanted."""

from __future__ import annotations

import os
import struct
import zlib
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from organiser.appliance.vmdk.layout import (
    GRAIN,
    GRAIN_HEAD,
    GRAIN_SECTORS,
    MARKER,
    SECTOR,
    TABLE_ENTRIES,
    Header,
    tables_for,
)
from organiser.appliance.vmdk.stream import LARGEST_GRAIN, Facts, Part, Stream, StreamError
from workshop.errors import WorkshopError

CHUNK = 4 << 20
BATCH = 32
"""Grains that one task of a thread inflates."""
KEPT_TABLES = 1024
"""So many are kept in memory, of up to 65536."""


@dataclass(frozen=True)
class Window:
    """Where a VMDK lies: a whole file, or a member of an OVA."""

    path: Path
    offset: int = 0
    size: int | None = None

    def end(self) -> int:
        """Return where it ends."""
        return self.path.stat().st_size if self.size is None else self.offset + self.size


@dataclass(frozen=True)
class _Raw:
    """A grain as it lies there."""

    number: int
    sector: int
    data: bytes


def check_structure(window: Window) -> Facts:
    """Follow a VMDK's markers to its end; the facts have the fault, if there is one."""
    stream = Stream()
    with window.path.open("rb") as file:
        file.seek(window.offset)
        missing, sector = window.end() - window.offset, 0
        while missing >= SECTOR and (data := file.read(min(CHUNK, missing) // SECTOR * SECTOR)):
            stream.feed(data[: len(data) // SECTOR * SECTOR], sector)
            sector += len(data) // SECTOR
            missing -= len(data)
    return stream.finish()


def inflate(window: Window, *, threads: int | None = None) -> Iterator[tuple[int, bytes]]:
    """Yield number and contents (64 KiB) of each grain, in order.

    Raises StreamError when the structure is wrong, or a grain does not inflate to 64 KiB.
    """
    facts = check_structure(window)
    if facts.fault:
        raise facts.fault
    assert facts.header is not None
    workers = threads or os.cpu_count() or 1
    waiting: deque[Future[list[tuple[int, bytes]]]] = deque()
    with ThreadPoolExecutor(workers) as pool, window.path.open("rb") as file:
        for batch in _batches(_grains(file, window.offset, facts.header)):
            waiting.append(pool.submit(_inflate, batch))
            if len(waiting) > 2 * workers:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()


def write_raw(window: Window, raw: Path) -> None:
    """Write the disk as a raw, sparse file; WorkshopError when the VMDK is damaged."""
    from organiser.appliance.scratch import whole  # Windows, where a VMDK is only read, has no such locks

    try:
        with whole(raw) as partial, partial.open("wb") as file:
            for number, data in inflate(window):
                file.seek(number * GRAIN)
                file.write(data)
            file.truncate(header_of(window).capacity * SECTOR)
    except StreamError as error:
        raise WorkshopError(f"{window.path} is damaged: {error}; copy it again") from error


def header_of(window: Window) -> Header:
    """Return the header; the structure must have been checked."""
    with window.path.open("rb") as file:
        file.seek(window.offset)
        return Header.decode(file.read(SECTOR))


def _grains(file: BinaryIO, offset: int, header: Header) -> Iterator[_Raw]:
    """Yield each grain of a disk whose structure was checked."""
    sector = header.overhead
    while True:
        file.seek(offset + sector * SECTOR)
        head = file.read(MARKER.size)
        place, size, kind = MARKER.unpack(head)
        if size:
            file.seek(offset + sector * SECTOR + GRAIN_HEAD.size)
            yield _Raw(place // GRAIN_SECTORS, sector, file.read(size))
            sector += -(-(GRAIN_HEAD.size + size) // SECTOR)
        elif kind == 0:
            return
        else:
            sector += 1 + place


def _batches(grains: Iterator[_Raw]) -> Iterator[list[_Raw]]:
    while batch := [grain for _, grain in zip(range(BATCH), grains, strict=False)]:
        yield batch


def _inflate(batch: list[_Raw]) -> list[tuple[int, bytes]]:
    return [(raw.number, _inflate_one(raw)) for raw in batch]


def _inflate_one(raw: _Raw) -> bytes:
    """Return a grain's contents; never more than 64 KiB are made of it."""
    worker = zlib.decompressobj()
    try:
        data = worker.decompress(raw.data, GRAIN)
    except zlib.error as error:
        raise StreamError(Part.GRAINS, f"the grain at sector {raw.sector} does not inflate") from error
    if len(data) != GRAIN or (not worker.eof and worker.decompress(worker.unconsumed_tail, 1)):
        raise StreamError(Part.GRAINS, f"the grain at sector {raw.sector} does not inflate to 64 KiB")
    return data


class Vmdk:
    """Reads any place of a VMDK whose structure was checked; ValueError in one line when it is damaged."""

    def __init__(self, file: BinaryIO, window: Window) -> None:
        """Read the footer and the directory that it names. file: the open file of the window."""
        self._file, self._offset, self._end = file, window.offset, window.end()
        footer = Header.decode(self._raw(self._end - window.offset - 2 * SECTOR, SECTOR))
        self.size = footer.capacity * SECTOR
        count = tables_for(footer.capacity)
        self._directory = struct.unpack(f"<{count}I", self._raw(footer.directory * SECTOR, count * 4))
        self._tables: dict[int, tuple[int, ...]] = {}
        self._last: tuple[int, bytes] = (-1, b"")

    def read(self, place: int, size: int) -> bytes:
        """Return bytes of the disk; fewer at its end."""
        found, end = bytearray(), min(place + size, self.size)
        while place < end:
            number, within = divmod(place, GRAIN)
            if self._last[0] != number:
                self._last = (number, self._grain(number))
            piece = self._last[1][within : within + end - place]
            found += piece
            place += len(piece)
        return bytes(found)

    def _grain(self, number: int) -> bytes:
        table, entry = divmod(number, TABLE_ENTRIES)
        if table not in self._tables:
            if len(self._tables) == KEPT_TABLES:
                del self._tables[next(iter(self._tables))]
            place = self._directory[table]
            entries = self._raw(place * SECTOR, TABLE_ENTRIES * 4) if place else bytes(TABLE_ENTRIES * 4)
            self._tables[table] = struct.unpack(f"<{TABLE_ENTRIES}I", entries)
        sector = self._tables[table][entry]
        if not sector:
            return bytes(GRAIN)
        _, size = GRAIN_HEAD.unpack(self._raw(sector * SECTOR, GRAIN_HEAD.size))
        if size > LARGEST_GRAIN:
            raise ValueError(f"the grain at sector {sector} has {size} bytes, more than a grain can")
        return _inflate_one(_Raw(number, sector, self._raw(sector * SECTOR + GRAIN_HEAD.size, size)))

    def _raw(self, place: int, size: int) -> bytes:
        if not 0 <= place <= self._end - self._offset - size:
            raise ValueError("a table of the disk lies outside of its file")
        self._file.seek(self._offset + place)
        return self._file.read(size)
