"""Pictures out of the resource files of GCompris: photographs as they are, paintings put together again.

GCompris cuts each painting into a jigsaw; a board says where the middle of each piece belongs, as a
share of its width and height. A painting becomes one SVG file that holds its pieces unchanged: so its
bytes never depend on a version of some picture library, and any browser shows it.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from html import escape
from pathlib import PurePosixPath
from typing import IO

from workshop.datasets.qt_resource import read_resource
from workshop.datasets.store import WrongContentError

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
    raise WrongContentError("it holds a piece of a painting that is no WebP picture")
