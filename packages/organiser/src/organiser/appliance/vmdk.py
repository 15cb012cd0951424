"""A stream-optimised VMDK from a raw disk (VMware, "Virtual Disk Format 5.0"): same disk, same bytes.

Header, descriptor, padding, then for each grain that is not zero a marker with the compressed
grain, after each 512 grains of the disk a marker with their grain table, at the end markers with
the grain directory and the footer, and the end-of-stream marker. Everything begins on a sector.
"""

from __future__ import annotations

import hashlib
import os
import struct
import uuid
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import IntEnum
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from organiser.appliance.scratch import whole
from workshop.core.errors import WorkshopError

SECTOR = 512
GRAIN_SECTORS = 128
GRAIN = GRAIN_SECTORS * SECTOR
"""64 KiB, the unit of compression."""
TABLE_ENTRIES = 512
TABLE_SECTORS = TABLE_ENTRIES * 4 // SECTOR
DESCRIPTOR_SECTOR = 1
DESCRIPTOR_SECTORS = 20
OVERHEAD = 128
"""Sectors before the first marker."""

MAGIC = 0x564D444B
VERSION = 3
FLAGS = 1 << 0 | 1 << 16 | 1 << 17
"""Line ends can be tested; grains are compressed; there are markers."""
DEFLATE = 1
DIRECTORY_AT_END = (1 << 64) - 1
LINE_ENDS = b"\n \r\n"

HEADER = struct.Struct("<IIIQQQQIQQQB4sH433x")
MARKER = struct.Struct("<QII")
GRAIN_HEAD = struct.Struct("<QI")
"""A grain's marker is the head of its data: first sector of the disk, compressed bytes."""

HEADS, TRACKS = 255, 63
"""The geometry that every BIOS translates large disks to."""
LARGEST_CYLINDER = 16383
LEVEL = 6
BATCH = 32
"""Grains for each thread that are in memory at once."""
ZERO = bytes(GRAIN)
NAMESPACE = uuid.UUID("b3a1a6d0-8c5e-5b0b-b6f5-0f7a3c1b9d42")
"""Of identifiers that are derived from a disk's contents; made once for this project."""


class Marker(IntEnum):
    """Types of markers that carry no grain ("Stream-Optimized Compressed Sparse Extents")."""

    END_OF_STREAM = 0
    GRAIN_TABLE = 1
    GRAIN_DIRECTORY = 2
    FOOTER = 3


def header(capacity: int, directory: int = DIRECTORY_AT_END) -> bytes:
    """Return the sector of the header ("Hosted Sparse Extent Header"); both numbers are sectors."""
    return HEADER.pack(
        *(MAGIC, VERSION, FLAGS, capacity, GRAIN_SECTORS, DESCRIPTOR_SECTOR, DESCRIPTOR_SECTORS),
        *(TABLE_ENTRIES, 0, directory, OVERHEAD, 0, LINE_ENDS, DEFLATE),
    )


def padded(data: bytes) -> bytes:
    """Return the data with zeros up to a whole number of sectors."""
    return data + bytes(-len(data) % SECTOR)


def marker(kind: Marker, sectors: int) -> bytes:
    """Return a marker's sector; ``sectors`` of metadata follow it."""
    return MARKER.pack(sectors, 0, kind) + bytes(SECTOR - MARKER.size)


def grain(place: int, compressed: bytes) -> bytes:
    """Return a grain's marker with its data; ``place`` is its first sector on the disk."""
    return padded(GRAIN_HEAD.pack(place, len(compressed)) + compressed)


def tables_for(capacity: int) -> int:
    """Return how many grain tables a disk of ``capacity`` sectors has."""
    return -(-capacity // (GRAIN_SECTORS * TABLE_ENTRIES))


def _descriptor(name: str, capacity: int, image: uuid.UUID, content: int) -> bytes:
    """Return the descriptor, padded to its place.

    name: of the VMDK file itself. capacity: in sectors. image: the disk's identifier. content: the
        "CID", 32 bits that change when the contents do.
    """
    cylinders = max(1, min(capacity // (HEADS * TRACKS), LARGEST_CYLINDER))
    text = f"""# Disk DescriptorFile
version=1
CID={content:08x}
parentCID=ffffffff
createType="streamOptimized"

# Extent description
RW {capacity} SPARSE "{name}"

# The disk Data Base
#DDB

ddb.adapterType="ide"
ddb.geometry.cylinders="{cylinders}"
ddb.geometry.heads="{HEADS}"
ddb.geometry.sectors="{TRACKS}"
ddb.uuid.image="{image}"
ddb.uuid.parent="{uuid.UUID(int=0)}"
ddb.uuid.modification="{uuid.UUID(int=0)}"
ddb.uuid.parentmodification="{uuid.UUID(int=0)}"
ddb.virtualHWVersion="4"
"""
    return text.encode("utf-8").ljust(DESCRIPTOR_SECTORS * SECTOR, b"\0")


@dataclass(frozen=True)
class Image:
    """What was written."""

    uuid: uuid.UUID
    """Derived from the disk's contents, so that two different disks never share one."""
    capacity: int
    """Bytes, as the guest sees the disk."""


def write_vmdk(raw: Path, vmdk: Path) -> Image:
    """Compress a raw disk into a VMDK, which appears when it is whole.

    raw: its size must be whole grains of 64 KiB. Grains of zeros take no room.

    Raises WorkshopError when the size is wrong.
    """
    size = raw.stat().st_size
    if not size or size % GRAIN:
        raise WorkshopError(f"{raw} has {size} bytes; a disk must be whole units of 64 KiB")
    with raw.open("rb") as source, whole(vmdk) as partial, partial.open("w+b") as target:
        return _Writer(source, target, size, vmdk.name).write()


@dataclass(frozen=True)
class _Packed:
    """One grain, ready to be written."""

    index: int
    data: bytes
    digest: bytes


class _Writer:
    """Writes one disk: grains in order, each table after its grains, the directory at the end."""

    def __init__(self, source: BinaryIO, target: BinaryIO, size: int, name: str) -> None:
        self._source, self._target, self._name = source, target, name
        self._capacity = size // SECTOR
        self._directory = [0] * tables_for(self._capacity)
        self._table = [0] * TABLE_ENTRIES
        self._table_index = 0
        self._content = hashlib.sha256(struct.pack("<Q", self._capacity))

    def write(self) -> Image:
        self._target.write(bytes(OVERHEAD * SECTOR))
        for each in _compressed(self._source, self._capacity * SECTOR):
            self._add(each)
        self._end_table()
        self._write_end()
        digest = self._content.digest()
        image = uuid.uuid5(NAMESPACE, digest.hex())
        self._write_head(image, int.from_bytes(digest[:4], "big"))
        return Image(image, self._capacity * SECTOR)

    def _sector(self) -> int:
        return self._target.tell() // SECTOR

    def _add(self, packed: _Packed) -> None:
        """Write one grain and note its place."""
        table, entry = divmod(packed.index, TABLE_ENTRIES)
        if table != self._table_index:
            self._end_table()
            self._table_index = table
        self._table[entry] = self._sector()
        self._target.write(grain(packed.index * GRAIN_SECTORS, packed.data))
        self._content.update(struct.pack("<Q", packed.index) + packed.digest)

    def _end_table(self) -> None:
        """Write the table of the grains since the last one; a table without grains takes no room."""
        if any(self._table):
            self._target.write(marker(Marker.GRAIN_TABLE, TABLE_SECTORS))
            self._directory[self._table_index] = self._sector()
            self._target.write(struct.pack(f"<{TABLE_ENTRIES}I", *self._table))
            self._table = [0] * TABLE_ENTRIES

    def _write_end(self) -> None:
        """Write directory, footer and end of stream."""
        directory = padded(struct.pack(f"<{len(self._directory)}I", *self._directory))
        self._target.write(marker(Marker.GRAIN_DIRECTORY, len(directory) // SECTOR))
        place = self._sector()
        self._target.write(directory)
        self._target.write(marker(Marker.FOOTER, 1))
        self._target.write(header(self._capacity, place))
        self._target.write(marker(Marker.END_OF_STREAM, 0))

    def _write_head(self, image: uuid.UUID, content: int) -> None:
        """Fill in the first sectors, now that the contents are known."""
        self._target.seek(0)
        self._target.write(header(self._capacity))
        self._target.seek(DESCRIPTOR_SECTOR * SECTOR)
        self._target.write(_descriptor(self._name, self._capacity, image, content))


def _compressed(source: BinaryIO, size: int) -> Iterator[_Packed]:
    """Yield the grains in order; several threads compress, and only some grains are in memory."""
    found, threads = _grains(source, size), os.cpu_count() or 1
    with ThreadPoolExecutor(threads) as pool:
        while some := list(islice(found, BATCH * threads)):
            yield from pool.map(_compress, some)


def _compress(grain: tuple[int, bytes]) -> _Packed:
    index, data = grain
    return _Packed(index, zlib.compress(data, LEVEL), hashlib.sha256(data).digest())


def _grains(source: BinaryIO, size: int) -> Iterator[tuple[int, bytes]]:
    """Yield index and contents of each grain that is not zero; holes of the file are passed over."""
    file, place = source.fileno(), 0
    while place < size:
        try:
            index = os.lseek(file, place, os.SEEK_DATA) // GRAIN
        except OSError:  # nothing but a hole from here on
            return
        place = (index + 1) * GRAIN
        if (data := os.pread(file, GRAIN, index * GRAIN)) != ZERO:
            yield index, data
