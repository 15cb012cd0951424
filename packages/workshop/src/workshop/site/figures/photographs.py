"""Pictures of the slides that begin with a photograph: where a network looks, and what painters make of it.

Runs in the kernel ``theano``, with the data sets ``photos`` and ``efficientnet-lite0``::

    python -m workshop.site.figures.photographs

writes ``occlusion`` and ``painters`` of ``presentation/pictures/``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from workshop.core.settings import CHECKOUT
from workshop.site.figures.computing import PICTURES

if TYPE_CHECKING:
    from workshop.teach.imagenet.occlusion import Crop

SEEN = ("cat", "coffee", "orange", "butterfly", "squirrel")
PLACES = 9
SIDE = 222
ORANGE = (235, 122, 36)

SHEET = CHECKOUT / "docs" / "images" / "style-sheet.webp"
PAINTED = [(0, 0), (260, 0), (520, 0), (780, 0), (0, 388)]
"""Where in the sheet pictures lie that the lesson on style painted."""
WIDE, HIGH = 256, 175


def save_occlusion() -> None:
    """Write photographs, and below each where covering it makes the network less sure."""
    from PIL import Image

    from workshop.teach import imagenet
    from workshop.teach.imagenet import occlusion
    from workshop.teach.imagenet.photos import photos

    network, samples = imagenet.open_network("efficientnet-lite0"), photos()
    sheet = Image.new("RGBA", (len(SEEN) * (SIDE + 10) - 10, 2 * SIDE + 8))
    for number, name in enumerate(SEEN):
        crop = network.crop(samples[name])
        prices = occlusion.occlusion_map(network, samples[name], places=PLACES)
        for top, picture in ((0, Image.fromarray(crop)), (SIDE + 8, mapped(crop, prices))):
            small = picture.convert("RGBA").resize((SIDE, SIDE), Image.Resampling.BICUBIC)
            sheet.paste(small, (number * (SIDE + 10), top))
    sheet.save(PICTURES / "occlusion.webp", quality=85)


def mapped(crop: Crop, prices: npt.NDArray[np.float64]) -> Any:
    """Return a photograph in grey, the more orange the more it costs to cover a place."""
    from PIL import Image

    share = np.clip(prices / prices.max(), 0, 1)
    wide = Image.fromarray(np.uint8(255 * share)).resize(crop.shape[1::-1], Image.Resampling.BICUBIC)
    mixing = np.asarray(wide, np.float64)[:, :, None] / 255
    grey = 0.65 * crop.mean(axis=2, keepdims=True) + 20
    return Image.fromarray(np.uint8(grey + 0.85 * mixing * (np.array(ORANGE) - grey)))


def save_painters() -> None:
    """Write a photograph, and five pictures that the lesson on style made of it, without their names."""
    from PIL import Image

    from workshop.teach.imagenet.photos import photos

    sheet = Image.open(SHEET).convert("RGBA")
    shown = [sheet.crop((left, top, left + WIDE, top + HIGH)) for left, top in PAINTED]
    before = Image.open(photos()["palace"]).convert("RGBA")
    shown.insert(0, before.resize((WIDE, HIGH), Image.Resampling.LANCZOS))
    wall = Image.new("RGBA", (3 * (WIDE + 8) - 8, 2 * (HIGH + 8) - 8))
    for number, each in enumerate(shown):
        wall.paste(each, (number % 3 * (WIDE + 8), number // 3 * (HIGH + 8)))
    wall.save(PICTURES / "painters.webp", quality=85)


if __name__ == "__main__":
    save_occlusion()
    save_painters()
