"""How a qcow2 disk of version 3 is laid out."""

from __future__ import annotations

import struct

MAGIC = b"QFI\xfb"
CLUSTER_BITS = 16
CLUSTER = 1 << CLUSTER_BITS
PER_TABLE = CLUSTER // 8
SECTOR = 512
HEADER = struct.Struct(">4sIQIIQIIQQIIQQQQII")
"""Up to and with header_length; the byte that names the compression is left out, and stands for zlib."""
COPIED, COMPRESSED = 1 << 63, 1 << 62
PLACE = (1 << 56) - (1 << 9)
"""The bits of an entry that are a place in the file."""
LENGTH_SHIFT = 62 - (CLUSTER_BITS - 8)
WINDOW = -12
"""QEMU reads a raw stream of zlib with a window of 4 KiB."""
LARGEST = 2 << 40
"""Bytes of a disk."""
