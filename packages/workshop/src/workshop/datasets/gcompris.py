"""Pictures out of the resource files of GCompris: photographs as they are, paintings put together again.

GCompris cuts each painting into a jigsaw; a board says where the middle of each piece belongs, as a
share of its width and height. A painting becomes one SVG file that holds its pieces unchanged: so its
bytes never depend on a version of some picture library, and any browser shows it.

Its files are Qt's binary resources (``.rcc``): a folder of files in one, as programs of Qt carry it. The
format is the one that Qt's own reader defines (``QDynamicFileResourceRoot`` in ``qresource.cpp``,
https://doc.qt.io/qt-6/resources.html): the letters ``qres``, big-endian numbers for the version and
for where the tree, the contents and the names begin, from version 3 on a word of flags. A node of
the tree is 14 bytes long, in later versions 22 (with a time): where its name is, flags, then either
how many children it has and which is the first, or country, language and where its content is.
"""

from __future__ import annotations

import base64
import re
import struct
import zlib
from collections.abc import Iterator
from html import escape
from pathlib import PurePosixPath
from typing import IO

from workshop.datasets.store import WrongContentError

COMPRESSED, FOLDER, ZSTANDARD = 1, 2, 4
LARGEST = 16_000_000
"""Bytes of one file in it."""
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
        if not flags & COMPRESSED:
            return content
        unpacked = zlib.decompressobj().decompress(content[4:], LARGEST + 1)
        if len(unpacked) > LARGEST:
            raise WrongContentError(f"a file in it unpacks to more than {LARGEST:,} bytes")
        return unpacked

    def _piece(self, start: int, length: int) -> bytes:
        piece = self.raw[start : start + length]
        if len(piece) != length:
            raise WrongContentError("it delivered a damaged resource file of Qt")
        return piece


_CAPTION = re.compile(r'qsTr\("(.*?)"\)')
_BOARD = re.compile(r'"width"\s*:\s*(\d+)\s*,\s*"height"\s*:\s*(\d+)')
_PIECE = re.compile(r'"(image/[^"]+\.webp)"\s*,\s*"x"\s*:\s*"([\d.]+)"\s*,\s*"y"\s*:\s*"([\d.]+)"')


def photographs(stream: IO[bytes]) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Yield the pictures of ``categorization.rcc`` as FOLDER/NAME.webp."""
    for path, content in read_resource(stream):
        if path.endswith(".webp"):
            yield "/".join(PurePosixPath(path).parts[-2:]), iter([content])


def paintings(stream: IO[bytes]) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Yield each painting of ``paintings.rcc`` as an SVG named after its painter and title."""
    boards, pieces = [], {}
    for path, content in read_resource(stream):
        place = PurePosixPath(path)
        if place.parent.name == "board":
            boards.append(content)
        elif place.parent.name == "image":
            pieces[f"image/{place.name}"] = content
    for board in boards:
        caption, drawing = _painting(board.decode(errors="replace"), pieces)
        yield f"{slug(caption)}.svg", iter([drawing])


def slug(caption: str) -> str:
    """Return the painter and title of "Painter, Title - year" in lower case, joined by hyphens."""
    words = re.sub(r"\s+-\s+\d.*", "", caption).lower()
    return re.sub(r"[^a-z0-9]+", "-", words.replace("ü", "u")).strip("-")


def _painting(board: str, pieces: dict[str, bytes]) -> tuple[str, bytes]:
    caption, size, places = _CAPTION.search(board), _BOARD.search(board), _PIECE.findall(board)
    if not caption or not size or not places:
        raise WrongContentError("its paintings are described in another way than expected")
    width, height = (int(side) for side in size.groups())
    drawn = [_image(pieces, file, float(x) * width, float(y) * height) for file, x, y in places]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">\n'
    text = f"{head}<title>{escape(caption[1])}</title>\n{''.join(drawn)}</svg>\n"
    return caption[1], text.encode()


def _image(pieces: dict[str, bytes], file: str, x: float, y: float) -> str:
    """Return the element of one piece whose middle is at (x, y)."""
    if file not in pieces:
        raise WrongContentError(f"it lacks the piece {file} of a painting")
    width, height = webp_size(pieces[file])
    data = base64.b64encode(pieces[file]).decode()
    left, upper = round(x - width / 2), round(y - height / 2)
    return (
        f'<image x="{left}" y="{upper}" width="{width}" height="{height}" '
        f'href="data:image/webp;base64,{data}"/>\n'
    )


def webp_size(content: bytes) -> tuple[int, int]:
    """Return the width and height of a WebP picture (https://developers.google.com/speed/webp/docs/riff_container).

    Raises WrongContentError when it is none.
    """
    kind = content[12:16]
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP" and len(content) >= 30:
        if kind == b"VP8X":
            return 1 + int.from_bytes(content[24:27], "little"), 1 + int.from_bytes(content[27:30], "little")
        if kind == b"VP8L":
            bits = int.from_bytes(content[21:25], "little")
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        if kind == b"VP8 ":
            low = [int.from_bytes(content[start : start + 2], "little") & 0x3FFF for start in (26, 28)]
            return low[0], low[1]
    raise WrongContentError("it holds a piece of a painting that is not a WebP picture")
