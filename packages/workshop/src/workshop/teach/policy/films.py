"""A game as a small animation inside a notebook: a GIF, made here and shown without any network.

    python -m workshop.teach.policy.films NOTEBOOK

takes an executed copy of the lesson (``workshop lessons run … --output DIR``) and writes moments of its last
film, side by side, for the slides: ``presentation/pictures/pong.webp``.
"""

from __future__ import annotations

import base64
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from IPython.display import Image

BACKGROUND = (18, 24, 38)
COLOURS = (
    (94, 234, 212),
    (251, 146, 60),
    (250, 204, 21),
    (167, 139, 250),
    (255, 255, 255),
    (248, 113, 113),
    (96, 165, 250),
    (74, 222, 128),
    (244, 114, 182),
    (203, 213, 225),
)
"""One colour a channel, each of them bright on the background; later channels lie on top."""


def coloured(picture: npt.ArrayLike) -> npt.NDArray[np.uint8]:
    """Paint a picture (channels, rows, columns) of 0 to 1: each channel its colour → (rows, columns, 3)."""
    channels = np.asarray(picture)
    painted = np.empty((*channels.shape[1:], 3))
    painted[:] = BACKGROUND
    for channel, colour in zip(channels, COLOURS, strict=False):
        share = channel[..., None]
        painted = painted * (1 - share) + share * np.array(colour)
    return painted.round().astype(np.uint8)


def film(pictures: Sequence[npt.ArrayLike], *, scale: int = 16, seconds: float = 0.08) -> Image:
    """Make an animation of pictures (channels, rows, columns), each cell ``scale`` pixels wide.

    ``seconds`` is how long one picture stands. The film starts again at its end. Raises ValueError where
    there is no picture.
    """
    from IPython.display import Image

    if not len(pictures):
        raise ValueError("a film needs at least one picture")
    return Image(data=gif(pictures, scale=scale, seconds=seconds), format="gif")  # type: ignore[no-untyped-call]


def gif(pictures: Sequence[npt.ArrayLike], *, scale: int, seconds: float) -> bytes:
    """Write the frames as one GIF that runs for ever; return its bytes."""
    from PIL import Image as Picture

    frames: list[Any] = []
    for each in pictures:
        frame = Picture.fromarray(coloured(each))
        larger = frame.resize((frame.width * scale, frame.height * scale), Picture.Resampling.NEAREST)
        frames.append(larger.quantize(colors=32))
    written = io.BytesIO()
    frames[0].save(
        written,
        format="GIF",
        save_all=True,
        append_images=frames[1:],
        duration=max(20, round(1000 * seconds)),
        loop=0,
    )
    return written.getvalue()


STILLS = (45, 51, 57, 63)
"""Which frames of the film the slides show."""


def stills(notebook: Path) -> bytes:
    """Return moments of an executed notebook's last film, side by side, as WebP; ValueError: it has none."""
    from PIL import Image as Picture

    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    shown = [output.get("data", {}) for cell in cells for output in cell.get("outputs", [])]
    films = [data["image/gif"] for data in shown if "image/gif" in data]
    if not films:
        raise ValueError(f"{notebook} shows no film; run the lesson with --output first")
    film = Picture.open(io.BytesIO(base64.b64decode("".join(films[-1]))))
    gap = film.width // 15
    sheet = Picture.new("RGBA", (len(STILLS) * (film.width + gap) - gap, film.height))
    for place, number in enumerate(STILLS):
        film.seek(number)
        sheet.paste(film.convert("RGBA"), (place * (film.width + gap), 0))
    written = io.BytesIO()
    sheet.save(written, format="WEBP", lossless=True)
    return written.getvalue()


if __name__ == "__main__":
    from workshop.core.files import written_whole
    from workshop.core.settings import CHECKOUT

    with written_whole(CHECKOUT / "presentation" / "pictures" / "pong.webp") as file:
        file.write(stills(Path(sys.argv[1])))
