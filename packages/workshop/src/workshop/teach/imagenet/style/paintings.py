"""The paintings of the catalogue: found, put together from their pieces, with their painters."""

from __future__ import annotations

import base64
import io
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from workshop.core.errors import WorkshopError
from workshop.core.settings import load_settings

STARRY_NIGHT = "vincent-van-gogh-the-starry-night"
_STARRY_NIGHT_CAPTION = "Vincent van Gogh, The Starry Night - 1889"
_SVG = "{http://www.w3.org/2000/svg}"
_SEAM = 1
"""Pieces were cut with gaps of a pixel; each is drawn that much larger first, beneath all of them."""


class Painting(NamedTuple):
    """A painting and who painted it."""

    picture: Image.Image
    """In RGB."""
    caption: str
    """Painter, title and year."""


def names(data: Path | None = None) -> list[str]:
    """Return the names of the paintings that are in the folder ``data`` (else: this machine's)."""
    data = data or load_settings().data
    found = sorted(path.stem for path in (data / "paintings").glob("*.svg"))
    return [*([STARRY_NIGHT] if _starry_night(data).is_file() else []), *found]


def open_painting(name: str, data: Path | None = None) -> Painting:
    """Open a painting by its name or by a part of it that no other has.

    Raises WorkshopError in one line when there is none or more than one, or when it is damaged.
    """
    data = data or load_settings().data
    here = names(data)
    if not here:
        raise WorkshopError(
            "there are no paintings on this machine; run 'workshop data fetch painting paintings'"
        )
    fitting = [each for each in here if name == each] or [each for each in here if name in each]
    if len(fitting) != 1:
        raise WorkshopError(f"'{name}' names {len(fitting) or 'no'} paintings; there are: {', '.join(here)}")
    if fitting[0] == STARRY_NIGHT:
        return Painting(_without_frame(_opened(_starry_night(data))), _STARRY_NIGHT_CAPTION)
    return _assembled(data / "paintings" / f"{fitting[0]}.svg")


def _starry_night(data: Path) -> Path:
    return data / "painting" / "starry_night.jpg"


def _opened(path: Path) -> Image.Image:
    try:
        return Image.open(path).convert("RGB")
    except (OSError, ValueError) as error:
        raise WorkshopError(f"{path} is not a picture; run 'workshop data fetch painting'") from error


def _without_frame(scan: Image.Image) -> Image.Image:
    """Cut off the black frame that this scan has around the painting: it is not a brush stroke."""
    width, height = scan.size
    return scan.crop((round(0.03 * width), round(0.03 * height), round(0.97 * width), round(0.97 * height)))


def _assembled(path: Path) -> Painting:
    """Draw the pieces of an SVG that ``workshop.datasets.gcompris`` wrote."""
    try:
        drawing = ElementTree.parse(path).getroot()
        caption = str(drawing.findtext(f"{_SVG}title"))
        pieces = [_piece(element) for element in drawing.iter(f"{_SVG}image")]
        width, height = (int(side) for side in drawing.attrib["viewBox"].split()[2:])
        inner = _box(pieces)
    except (OSError, ValueError, KeyError, ElementTree.ParseError) as error:
        raise WorkshopError(f"{path} is not a painting; run 'workshop data fetch paintings'") from error
    canvas = Image.new("RGBA", (width, height))
    for piece, (left, upper) in pieces:
        larger = piece.resize((piece.width + 2 * _SEAM, piece.height + 2 * _SEAM))
        canvas.alpha_composite(larger, (max(0, left - _SEAM), max(0, upper - _SEAM)))
    for piece, place in pieces:
        canvas.alpha_composite(piece, place)
    return Painting(canvas.crop(inner).convert("RGB"), caption)


def _piece(element: ElementTree.Element) -> tuple[Image.Image, tuple[int, int]]:
    data = base64.b64decode(element.attrib["href"].partition(",")[2], validate=True)
    picture = Image.open(io.BytesIO(data)).convert("RGBA")
    left, upper = (max(0, int(element.attrib[key])) for key in ("x", "y"))
    return picture, (left, upper)


def _box(pieces: list[tuple[Image.Image, tuple[int, int]]]) -> tuple[int, int, int, int]:
    """Return the box around the pieces, a little inside: the scans' edges are frayed."""
    margin = 3
    left, upper = (min(place[axis] for _, place in pieces) + margin for axis in (0, 1))
    right = max(place[0] + piece.width for piece, place in pieces) - margin
    lower = max(place[1] + piece.height for piece, place in pieces) - margin
    return left, upper, right, lower
