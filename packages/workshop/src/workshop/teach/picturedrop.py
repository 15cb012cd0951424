"""A field for a picture of one's own: dropped on the page, chosen as a file, or named by its path.

The page's code is part of this file's folder: nothing comes from, or goes to, the network. Where no
browser is at hand the field is a still picture of the last answer.
"""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import traitlets
from matplotlib.figure import Figure
from PIL import Image

from lessonkit.widgets import StillWidget
from workshop.core.errors import WorkshopError
from workshop.teach.imagenet.preprocessing import open_picture

Look = Callable[[Image.Image], Figure]
"""What is done with a picture (RGB): it returns what is shown."""


class PictureDrop(StillWidget):
    """Drop a picture and see what ``look`` makes of it.

    A file that is not a picture gets one friendly line instead, in the page and from ``look_at``.
    """

    _esm = Path(__file__).with_name("picturedrop.js")
    sent = traitlets.Dict({}).tag(sync=True)
    """What the page sent: ``name`` and ``content`` (the file in base64)."""
    answer = traitlets.Dict({}).tag(sync=True)
    """What the page shows: a ``text`` and a ``png`` in base64, each may be empty."""

    def __init__(self, look: Look, path: str | Path = "") -> None:
        """Take what to do with a picture; open the file at ``path`` at once if one is named."""
        super().__init__()
        self.look = look
        self.observe(self._received, names="sent")
        if str(path):
            self.look_at(path)

    def look_at(self, path: str | Path) -> None:
        """Look at the picture in a file."""
        self._answer(Path(path).expanduser().name, lambda: open_picture(Path(path).expanduser()))

    def _received(self, change: Any) -> None:
        name = str(self.sent.get("name", "this file"))
        self._answer(name, lambda: open_picture(Image.open(io.BytesIO(self._content())), name))

    def _content(self) -> bytes:
        return base64.b64decode(str(self.sent.get("content", "")), validate=True)

    def _answer(self, name: str, opened: Callable[[], Image.Image]) -> None:
        """Show what ``look`` makes of a picture, or say why there is none."""
        try:
            picture = opened()
        except WorkshopError as error:
            self.answer = {"text": str(error), "png": ""}
            return
        except (OSError, binascii.Error, Image.DecompressionBombError):
            self.answer = {
                "text": f"{name} is not a picture that can be read; try a JPEG or PNG file",
                "png": "",
            }
            return
        png = io.BytesIO()
        self.look(picture).savefig(png, format="png", dpi=90)
        self.answer = {"text": name, "png": base64.b64encode(png.getvalue()).decode()}

    def still(self) -> dict[str, str]:
        """Return the last answer."""
        still = {"text/plain": self.answer.get("text") or "Drop a picture here"}
        return still | ({"image/png": self.answer["png"]} if self.answer.get("png") else {})
