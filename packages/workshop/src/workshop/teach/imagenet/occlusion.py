"""Where does a network look? Cover a part of the picture and see what it costs.

M. Zeiler and R. Fergus, *Visualizing and understanding convolutional networks*
(https://arxiv.org/abs/1311.2901), section 4.2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from workshop.teach.imagenet.network import Network
from workshop.teach.imagenet.preprocessing import Picture

Crop = npt.NDArray[np.uint8]
Cover = Callable[[Crop, int, int, int], Crop]
"""(picture, row, column, size) → a copy in which that square is covered."""
Show = Callable[[float, str], None]
"""Told the share that is done (0 to 1) and a few words."""


def grey(picture: Crop, row: int, column: int, size: int) -> Crop:
    """Return a copy of ``picture`` with a grey square, cut off at the edges."""
    covered = picture.copy()
    covered[max(0, row) : row + size, max(0, column) : column + size] = 127
    return covered


def occlusion_map(
    network: Network,
    picture: Picture,
    *,
    number: int | None = None,
    places: int = 9,
    cover: Cover = grey,
    progress: Show | None = None,
) -> npt.NDArray[np.float64]:
    """Return how much less likely a class becomes when a square is covered: (places, places).

    ``number`` is the class; without it, the one that the network thinks most likely. A square is a
    quarter of the side; 0.3 means that the probability fell by 30 percentage points.
    """
    crop = network.crop(picture)
    before = network.probabilities(network.preprocessing.numbers(crop))[0]
    chosen = int(before.argmax()) if number is None else number
    prices = []
    for done, covered in enumerate(_covered(crop, places, cover), start=1):
        after = network.probabilities(network.preprocessing.numbers(covered))[0]
        prices.append(float(before[chosen] - after[chosen]))
        if progress:
            progress(done / places**2, f"{done} of {places**2} places covered")
    return np.reshape(prices, (places, places))


def _covered(crop: Crop, places: int, cover: Cover) -> Iterator[Crop]:
    """Cover square after square; their centres are evenly spread, the outermost lie on the edges' cells."""
    side = len(crop)
    size = side // 4
    centres = (np.arange(places) + 0.5) * side / places
    corners = np.rint(centres - size / 2).astype(int)
    for row in corners:
        for column in corners:
            yield cover(crop, int(row), int(column), size)
