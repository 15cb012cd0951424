"""Pixels as networks have them, made into a picture that can be shown."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from PIL import Image

ENLARGED = 384
"""Small pictures are shown so wide, in pixels."""


def png(pixels: npt.NDArray[np.float32]) -> bytes:
    """Return float32 (3, rows, columns), 0 to 255, as a PNG, enlarged when it is small."""
    values = np.rint(pixels.transpose(1, 2, 0)).clip(0, 255).astype(np.uint8)
    picture = Image.fromarray(values)
    if picture.width < ENLARGED:
        size = (ENLARGED, round(picture.height * ENLARGED / picture.width))
        picture = picture.resize(size, Image.Resampling.BICUBIC)
    content = io.BytesIO()
    picture.save(content, "png")
    return content.getvalue()
