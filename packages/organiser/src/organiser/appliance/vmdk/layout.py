"""How a stream-optimised VMDK is laid out (Virtual Disk Format 5.0).

header, descriptor, padding, then for each grain that is not zero a marker with the compressed
grain, after each 512 grains of the disk a marker with their grain table, at the end markers with
the grain directory and the footer, and the end-of-stream marker. Everything begins on a sector.
"""

from __future__ import annotations

import struct
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
