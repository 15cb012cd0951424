"""Qt's binary resource files (``.rcc``): a folder of files in one, as programs of Qt carry it.

The format is the one that Qt's own reader defines (``QDynamicFileResourceRoot`` in ``qresource.cpp``,
https://doc.qt.io/qt-6/resources.html): the letters ``qres``, big-endian numbers for the version and
for where the tree, the contents and the names begin, from version 3 on a word of flags. A node of
the tree is 14 bytes long, in later versions 22 (with a time): where its name is, flags, then either
how many children it has and which is the first, or country, language and where its content is.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import IO

from workshop.datasets.store import WrongContentError

COMPRESSED, FOLDER, ZSTANDARD = 1, 2, 4
DEEPEST = 32
"""Folders within folders; a file whose tree goes in circles has no end otherwise."""


def read_resource(stream: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield the path and the content of every file.

    Raises WrongContentError when the file is not of this format, is damaged, or is compressed by
    Zstandard, which Python's library cannot read.
    """
    raw = stream.read()
    try:
        if raw[:4] != b"qres":
            raise WrongContentError("it is not a resource file of Qt")
        yield from _Reader(raw).files(0, (), DEEPEST)
    except (struct.error, UnicodeDecodeError, zlib.error) as error:
        raise WrongContentError("it delivered a damaged resource file of Qt") from error


class _Reader:
    """The parts of one file."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        version, self.tree, self.contents, self.names = struct.unpack_from(">4I", raw, 4)
        self.node = 14 if version < 2 else 22

    def files(self, number: int, path: tuple[str, ...], deeper: int) -> Iterator[tuple[str, bytes]]:
        """Yield the files at and below one node."""
        place = self.tree + number * self.node
        (flags,) = struct.unpack_from(">H", self.raw, place + 4)
        if not flags & FOLDER:
            yield "/".join(path), self._content(place, flags)
            return
        if not deeper:
            raise WrongContentError("its folders have no end")
        count, first = struct.unpack_from(">II", self.raw, place + 6)
        for child in range(first, first + count):
            yield from self.files(child, (*path, self._name(child)), deeper - 1)

    def _name(self, number: int) -> str:
        (offset,) = struct.unpack_from(">I", self.raw, self.tree + number * self.node)
        (length,) = struct.unpack_from(">H", self.raw, self.names + offset)
        start = self.names + offset + 6  # behind the length and a hash
        return self._piece(start, 2 * length).decode("utf-16-be")

    def _content(self, place: int, flags: int) -> bytes:
        if flags & ZSTANDARD:
            raise WrongContentError("it is compressed by Zstandard, which cannot be read here")
        (offset,) = struct.unpack_from(">I", self.raw, place + 10)
        (length,) = struct.unpack_from(">I", self.raw, self.contents + offset)
        content = self._piece(self.contents + offset + 4, length)
        return zlib.decompress(content[4:]) if flags & COMPRESSED else content

    def _piece(self, start: int, length: int) -> bytes:
        piece = self.raw[start : start + length]
        if len(piece) != length:
            raise WrongContentError("it delivered a damaged resource file of Qt")
        return piece
