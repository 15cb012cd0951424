"""Small pictures and data folders made up for the tests."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

from workshop.datasets.gcompris import _image


def noise(seed: int, size: tuple[int, int] = (60, 40)) -> Image.Image:
    """A picture of coarse coloured noise; every seed looks different."""
    rough = np.random.default_rng(seed).integers(0, 256, (8, 9, 3), dtype=np.uint8)
    return Image.fromarray(rough).resize(size, Image.Resampling.NEAREST)


def webp(picture: Image.Image) -> bytes:
    content = io.BytesIO()
    picture.save(content, "webp", lossless=True)
    return content.getvalue()


def write_painting(path: Path, caption: str, picture: Image.Image, gap: int = 0) -> None:
    """Write a painting as two pieces side by side, ``gap`` pixels apart."""
    half = picture.width // 2
    boxes = [(0, half - gap), (half, picture.width)]
    pieces, drawn = {}, ""
    for number, (left, right) in enumerate(boxes):
        name = f"image/{number}.webp"
        pieces[name] = webp(picture.crop((left, 0, right, picture.height)))
        drawn += _image(pieces, name, (left + right) / 2, picture.height / 2)
    path.parent.mkdir(parents=True, exist_ok=True)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {picture.width} {picture.height}">'
    path.write_text(f"{head}<title>{caption}</title>\n{drawn}</svg>\n", encoding="utf-8")
