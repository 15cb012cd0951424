"""Pictures with their sentences, and where a speaker looked for each word."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

Array = npt.NDArray[Any]

WIDTH = 22
"""Characters of a line below a picture."""


def pictures(images: Sequence[Array] | Array, sentences: Sequence[Sequence[str]], columns: int = 4) -> Figure:
    """Show pictures, (1, rows, columns) of ink or (rows, columns, 3) of colours, each above its sentence."""
    columns = min(columns, len(images))
    rows = math.ceil(len(images) / columns)
    figure, grid = plt.subplots(
        rows, columns, figsize=(2.1 * columns, 2.6 * rows), squeeze=False, layout="constrained"
    )
    for axes in grid.flat:
        axes.axis("off")
    for axes, image, words in zip(grid.flat, images, sentences, strict=False):
        _draw(axes, image)
        axes.text(
            0.5, -0.05, textwrap.fill(" ".join(words), WIDTH),
            transform=axes.transAxes, ha="center", va="top", fontsize=9,
        )  # fmt: skip
    plt.close(figure)
    return figure


def looks(images: Array, sentences: Sequence[Sequence[str]], shares: Array) -> Figure:
    """Show a row of each picture, once for each word: the places are the more orange the larger their share.

    ``images`` (n, 1, rows, columns), ``shares`` (n, words, places): as many places down as across.
    """
    longest = max(map(len, sentences))
    figure, grid = plt.subplots(
        len(images), longest, figsize=(1.05 * longest, 1.3 * len(images)), squeeze=False, layout="constrained"
    )
    side = math.isqrt(shares.shape[2])
    for row, image, words, own in zip(grid, images, sentences, shares, strict=True):
        for number, axes in enumerate(row):
            axes.axis("off")
            if number < len(words):
                _draw(axes, image)
                edges = (-0.5, np.shape(image)[-1] - 0.5, np.shape(image)[-2] - 0.5, -0.5)
                place = own[number].reshape(side, side)
                axes.imshow(
                    place, cmap="Oranges", alpha=0.6, extent=edges, vmin=0, vmax=max(0.5, place.max())
                )
                axes.set_title(words[number], fontsize=9)
    plt.close(figure)
    return figure


def _draw(axes: Axes, image: Array) -> None:
    """Draw one picture of ink or of colours."""
    if np.ndim(image) == 3 and np.shape(image)[2] == 3:
        axes.imshow(image)
    else:
        axes.imshow(np.reshape(image, np.shape(image)[-2:]), cmap="gray_r", vmin=0, vmax=1)
