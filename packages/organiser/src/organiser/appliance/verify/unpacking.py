"""What is packed, read with limits: no file of a few megabytes may fill a memory or take a day.

A true archive unpacks to about four times its size. What is kept of it, names included, has a budget.
"""

from __future__ import annotations

import lzma
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, Protocol

CHUNK = 1 << 20
GZIP, XZ = b"\x1f\x8b", b"\xfd7zXZ\0"
MOST_RATIO, MOST_AHEAD = 64, 256 << 20
"""How many bytes may come of one, and how many more: a long file of zeros is no attack."""
MOST_UNPACKED = 64 << 30
MOST_KEPT = 384 << 20
OVERHEAD = 512
"""What a member costs in memory besides its contents and its name."""
XZ_MEMORY = 256 << 20
"""The highest level of xz asks for 65 MiB; a header may ask for 4 GiB."""


class Readable(Protocol):
    """Whatever gives bytes."""

    def read(self, size: int, /) -> bytes:
        """Return up to so many bytes; none at the end."""


class Budget:
    """What one archive may cost in memory, all that is in it together."""

    def __init__(self, most: int | None = None) -> None:
        """Begin with nothing spent."""
        self._left = MOST_KEPT if most is None else most

    def spend(self, size: int) -> None:
        """Note what is kept; ValueError when it is more than a system needs."""
        self._left -= size
        if self._left < 0:
            raise ValueError("it holds more than a system does")


class Limited:
    """Hands unpacked bytes on, as long as they are in proportion to the packed ones."""

    def __init__(self, source: Readable, packed: Callable[[], int]) -> None:
        """packed: tells how many bytes were read of what is packed."""
        self._source, self._packed, self._count = source, packed, 0

    def read(self, size: int) -> bytes:
        """Return up to so many bytes; ValueError when it unpacks to more than any system of ours."""
        data = self._source.read(min(size, CHUNK))
        self._count += len(data)
        if self._count > min(MOST_UNPACKED, MOST_AHEAD + MOST_RATIO * self._packed()):
            raise ValueError("it unpacks to far more than a system has")
        return data


class Inflated:
    """The contents of a gzip or xz file of one stream, which is the whole file; its sums are checked."""

    def __init__(self, raw: BinaryIO, head: bytes) -> None:
        """head: how the file begins."""
        self._raw, self._ended = raw, False
        self._gzip = head.startswith(GZIP)
        self._stream: Any = (
            zlib.decompressobj(wbits=31)
            if self._gzip
            else lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=XZ_MEMORY)
        )

    def read(self, size: int) -> bytes:
        """Return up to so many bytes; EOFError, OSError, zlib.error or LZMAError when it is damaged."""
        while not self._ended:
            data = self._next(size)
            if self._stream.eof:
                self._ended = True
                if self._stream.unused_data or self._raw.read(1):
                    raise OSError("something follows the end of the compressed archive")
            if data:
                return data
        return b""

    def _next(self, size: int) -> bytes:
        if self._gzip:
            packed = self._stream.unconsumed_tail or self._raw.read(CHUNK >> 2)
        else:
            packed = self._raw.read(CHUNK >> 2) if self._stream.needs_input else b""
        # A stream may have swallowed all of its input and still hold output.
        data: bytes = self._stream.decompress(packed, size)
        if not (data or packed or self._stream.eof) and (self._gzip or self._stream.needs_input):
            raise EOFError("it was cut off")
        return data
