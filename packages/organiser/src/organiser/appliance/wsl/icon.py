"""The picture in Windows' start menu."""

from __future__ import annotations

import struct
import zlib


def icon(size: int = 64) -> bytes:
    """Return the picture of Windows' start menu, an ICO file: three layers of units, on a rounded square."""
    rows = []
    units = [(x, y) for x, ys in ((16, (20, 44)), (32, (14, 32, 50)), (48, (32,))) for y in ys]
    for y in range(size):
        row = bytearray(b"\0")
        for x in range(size):
            corner = max(abs(x - 31.5) - 21.5, 0) ** 2 + max(abs(y - 31.5) - 21.5, 0) ** 2
            unit = any((x - a) ** 2 + (y - b) ** 2 <= 25 for a, b in units)
            row += bytes(
                (255, 255, 255, 255) if unit else (38, 70, 140, 255) if corner <= 100 else (0, 0, 0, 0)
            )
        rows.append(bytes(row))
    head = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(rows), 9)), (b"IEND", b""))
    png = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    return struct.pack("<HHHBBBBHHII", 0, 1, 1, size, size, 0, 0, 1, 32, len(png), 22) + png
