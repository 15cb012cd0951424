"""How a stream-optimised VMDK is laid out (Virtual Disk Format 5.0).

header, descriptor, padding, then for each grain that is not zero a marker with the compressed
grain, after each 512 grains of the disk a marker with their grain table, at the end markers with
the grain directory and the footer, and the end-of-stream marker. Everything begins on a sector.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

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


class Marker(IntEnum):
    """Types of markers that carry no grain ("Stream-Optimized Compressed Sparse Extents")."""

    END_OF_STREAM = 0
    GRAIN_TABLE = 1
    GRAIN_DIRECTORY = 2
    FOOTER = 3


@dataclass(frozen=True)
class Header:
    """The fields of the sparse extent's header that vary ("Hosted Sparse Extent Header").

    ``capacity`` and all places are in sectors.
    """

    capacity: int
    directory: int = DIRECTORY_AT_END
    magic: int = MAGIC
    version: int = VERSION
    flags: int = FLAGS
    grain_sectors: int = GRAIN_SECTORS
    descriptor_sector: int = DESCRIPTOR_SECTOR
    descriptor_sectors: int = DESCRIPTOR_SECTORS
    table_entries: int = TABLE_ENTRIES
    overhead: int = OVERHEAD
    unclean: int = 0
    line_ends: bytes = LINE_ENDS
    compression: int = DEFLATE

    def encode(self) -> bytes:
        """Return the header's sector."""
        return HEADER.pack(
            *(self.magic, self.version, self.flags, self.capacity, self.grain_sectors),
            *(self.descriptor_sector, self.descriptor_sectors, self.table_entries),
            *(0, self.directory, self.overhead, self.unclean, self.line_ends, self.compression),
        )

    @classmethod
    def decode(cls, sector: bytes) -> Header:
        """Return the header in a sector, whatever it says."""
        magic, version, flags, capacity, grain, place, size, entries, _, directory, *rest = HEADER.unpack(
            sector
        )
        overhead, unclean, line_ends, compression = rest
        return cls(
            *(capacity, directory, magic, version, flags, grain, place, size, entries),
            *(overhead, unclean, line_ends, compression),
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
