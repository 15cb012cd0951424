"""Pictures of what a network sees: top-5 charts, filters, activations, maps laid over a photograph.

Every function returns a matplotlib Figure that is closed already: a notebook shows it once, when it
is the value of a cell.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from workshop.teach.imagenet.layers import CorrelationLayer
from workshop.teach.imagenet.network import Guess, Network
from workshop.teach.imagenet.preprocessing import Picture

BLUE, GREY = "#3a7bd5", "#b8c4d6"
LONGEST_NAME = 26


def top_five(network: Network, picture: Picture) -> Figure:
    """Show what the network gets to see of a picture, and its five best guesses as bars."""
    return charts(network, {"what the network sees": picture})


def charts(network: Network, pictures: Mapping[str, Picture], columns: int = 2) -> Figure:
    """Show several pictures with their titles, each with its five best guesses beside it."""
    rows = math.ceil(len(pictures) / columns)
    columns = min(columns, len(pictures))
    figure, grid = plt.subplots(
        rows,
        2 * columns,
        figsize=(6.4 * columns, 2.3 * rows + 0.3),
        squeeze=False,
        layout="constrained",
        width_ratios=[1, 1.35] * columns,
    )
    cells = grid.reshape(-1, 2)
    for (left, right), (title, picture) in zip(cells, pictures.items(), strict=False):
        crop = network.crop(picture)
        left.imshow(crop)
        left.set_title(title, fontsize=10)
        left.axis("off")
        _bars(right, network.classify(picture))
    for unused in cells[len(pictures) :].flat:
        unused.axis("off")
    plt.close(figure)
    return figure


def _bars(axes: Any, guesses: Sequence[Guess]) -> None:
    """Draw guesses as bars with the names on them, best on top."""
    places = range(len(guesses))
    shares = [100 * guess.probability for guess in guesses]
    axes.barh(places, shares, color=[BLUE] + [GREY] * (len(guesses) - 1), height=0.45)
    for place, guess, share in zip(places, guesses, shares, strict=True):
        name = guess.name if len(guess.name) <= LONGEST_NAME else guess.name[: LONGEST_NAME - 1] + "…"
        axes.text(0, place - 0.33, f"{name}  {share:.0f} %", va="bottom", fontsize=9)
    axes.set(xlim=(0, 100), ylim=(len(guesses) - 0.5, -0.9), xticks=[], yticks=[])
    axes.spines[:].set_visible(False)


def filters(network: Network, columns: int = 16) -> Figure:
    """Show the filters of the first layer in colour, each stretched from black to white by itself."""
    weights = first_filters(network)
    lowest = weights.min(axis=(1, 2, 3), keepdims=True)
    stretch = weights.max(axis=(1, 2, 3), keepdims=True) - lowest
    return tiles((weights - lowest) / np.maximum(stretch, 1e-9), columns=columns)


def first_filters(network: Network) -> npt.NDArray[np.float32]:
    """Return the filters of the first layer: (filters, rows, columns, 3), red first."""
    first = next(layer for layer in network.layers.values() if isinstance(layer, CorrelationLayer))
    weights: npt.NDArray[np.float32] = first.W.get_value().transpose(0, 2, 3, 1)
    return weights[..., ::-1] if network.preprocessing.bgr else weights


def tiles(images: npt.NDArray[Any], *, columns: int = 16, size: float = 0.6, gap: float = 0.12) -> Figure:
    """Show many small pictures (n, rows, columns[, 3]), 0 to 1, close together on one canvas."""
    count, high, wide = images.shape[:3]
    columns = min(columns, count)
    rows = math.ceil(count / columns)
    border = max(1, round(gap * high))
    colours = images.shape[3:]
    canvas = np.ones((rows * (high + border) - border, columns * (wide + border) - border, *colours))
    for number, image in enumerate(images):
        row, column = divmod(number, columns)
        top, left = row * (high + border), column * (wide + border)
        canvas[top : top + high, left : left + wide] = image
    figure, axes = plt.subplots(figsize=(columns * size, rows * size), layout="constrained")
    axes.imshow(canvas, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    axes.axis("off")
    plt.close(figure)
    return figure


def activations(
    network: Network, picture: Picture, layers: Sequence[str], maps: int = 8, size: float = 1.05
) -> Figure:
    """Show the ``maps`` channels of each named layer that differ most from place to place, a row a layer."""
    found = network.activations(picture, layers)
    figure, grid = plt.subplots(
        len(layers),
        maps,
        figsize=(size * maps + 1.6, size * len(layers)),
        squeeze=False,
        layout="constrained",
    )
    for row, name in zip(grid, layers, strict=True):
        answer = found[name][0]
        order = np.argsort(-answer.std(axis=(1, 2)), kind="stable")
        for axes, channel in zip(row, order, strict=False):
            axes.imshow(answer[channel], cmap="magma", interpolation="nearest")
        for axes in row:
            axes.set(xticks=[], yticks=[])
        channels, high, wide = answer.shape
        row[0].set_ylabel(
            f"{name}\n{channels} of {high} × {wide}", rotation=0, ha="right", va="center", fontsize=8
        )
    plt.close(figure)
    return figure


def over(pictures: Mapping[str, tuple[npt.NDArray[np.uint8], npt.NDArray[Any]]], size: float = 3.0) -> Figure:
    """Lay a map (rows, columns) over each picture (side, side, 3): bright where the map is large.

    Each map has a scale of its own, from 0 (left dark) to its largest number, which is written below it.
    """
    figure, row = plt.subplots(
        1, 2 * len(pictures), figsize=(2 * size * len(pictures), size), squeeze=False, layout="constrained"
    )
    for number, (title, (picture, values)) in enumerate(pictures.items()):
        plain, covered = row[0, 2 * number], row[0, 2 * number + 1]
        plain.imshow(picture)
        plain.set_title(title, fontsize=10)
        high, wide = picture.shape[:2]
        most = float(np.max(values))
        covered.imshow(picture.mean(axis=2) / 1.3, cmap="gray", vmin=0, vmax=255)
        strength = np.clip(values / (most if most > 0 else 1.0), 0, 1)
        covered.imshow(
            strength, cmap="inferno", alpha=0.6, vmin=0, extent=(0, wide, high, 0), interpolation="bilinear"
        )
        covered.set_title(f"largest drop: {100 * most:.0f} points", fontsize=10)
        for axes in (plain, covered):
            axes.axis("off")
    plt.close(figure)
    return figure
