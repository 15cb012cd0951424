"""Coloured pictures side by side, with words under them.

Every function returns a matplotlib Figure that is closed already: a notebook shows it once, when it
is the value of a cell.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from PIL import Image, ImageOps

from workshop.imagenet.preprocessing import Picture, open_picture


def mosaic(
    pictures: Sequence[Picture],
    titles: Sequence[object] | None = None,
    credits: Sequence[str] | None = None,
    *,
    columns: int = 8,
    size: float = 1.3,
    square: bool = True,
) -> Figure:
    """Show pictures of any size, ``size`` inches each, with a title above and a credit below.

    ``square`` cuts the middle square out of each.
    """
    columns = max(1, min(columns, len(pictures)))
    rows = math.ceil(len(pictures) / columns) or 1
    words = size * (0.22 * (titles is not None) + 0.3 * (credits is not None))
    figure, grid = plt.subplots(
        rows, columns, figsize=(columns * size, rows * (size + words)), squeeze=False, layout="constrained"
    )
    for axes in grid.flat:
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
    for number, (axes, picture) in enumerate(zip(grid.flat, pictures, strict=False)):
        shown = small(picture, round(110 * size), square=square)
        axes.imshow(shown, interpolation="bilinear")
        if titles is not None:
            axes.set_title(str(titles[number]), fontsize=9)
        if credits is not None:
            _credit(axes, credits[number], size)
    if not len(pictures):
        figure.text(0.5, 0.5, "none", ha="center")
    plt.close(figure)
    return figure


def _credit(axes: Any, text: str, size: float) -> None:
    axes.set_xlabel("\n".join(textwrap.wrap(text, round(17 * size))[:3]), fontsize=6, color="gray")


def small(picture: Picture, side: int, *, square: bool = True) -> Image.Image:
    """Return a picture in RGB that fits into ``side`` by ``side`` pixels, or its middle square."""
    opened = open_picture(picture)
    if square:
        return ImageOps.fit(opened, (side, side), Image.Resampling.LANCZOS)
    opened.thumbnail((side, side), Image.Resampling.LANCZOS)
    return opened
