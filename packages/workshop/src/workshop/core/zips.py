"""Zip files that somebody else made: what is in them is read piece by piece, and counted.

A zip says how large each of its files is. The library stops at that size, but only after it has unpacked a
whole run of compressed bytes, which may be a thousand times as much; so nothing here asks it for "all". Of
bzip2 and LZMA the library unpacks a run without any bound, so only what is stored or deflated is read.
"""

from __future__ import annotations

import zipfile
from typing import IO

PIECE = 1 << 16
BOUNDED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo | str, most: int) -> bytes:
    """Return the content of one file of a zip.

    most: the bytes that it may have.

    Raises ValueError when it has more, and what the library raises when it is damaged or missing.
    """
    info = archive.getinfo(member) if isinstance(member, str) else member
    _require_bounded(info)
    with archive.open(info) as stream:
        return read_at_most(stream, most)


def read_at_most(stream: IO[bytes], most: int) -> bytes:
    """Return what a stream has until its end, read in small pieces.

    Raises ValueError when that is more than ``most`` bytes.
    """
    content = bytearray()
    while piece := stream.read(min(PIECE, most + 1 - len(content))):
        content += piece
        if len(content) > most:
            raise ValueError(f"it unpacks to more than {most:,} bytes")
    return bytes(content)


def require_small(archive: zipfile.ZipFile, most: int) -> None:
    """Raise ValueError when the files of a zip say that together they have more than ``most`` bytes.

    For readers that go through them in small pieces, such as NumPy's: they read no more than a file says.
    """
    for each in archive.infolist():
        _require_bounded(each)
    if sum(each.file_size for each in archive.infolist()) > most:
        raise ValueError(f"it unpacks to more than {most:,} bytes")


def _require_bounded(info: zipfile.ZipInfo) -> None:
    if info.compress_type not in BOUNDED:
        raise ValueError(f"{info.filename} uses a compression method that is not supported")
