"""Pictures of pictures: small multiples, mosaics of photographs, confusion matrices, the worst mistakes.

Every function returns a matplotlib Figure that is closed already: a notebook shows it once, when
it is the value of a cell.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from PIL import Image, ImageOps

from workshop.teach.imagenet.preprocessing import Picture, open_picture

Array = npt.NDArray[Any]


def small_multiples(
    images: Array,
    titles: Sequence[object] | None = None,
    *,
    columns: int = 10,
    signed: bool = False,
    size: float = 0.9,
) -> Figure:
    """Show ``images`` (n, rows, columns) or (n, 1, rows, columns) side by side, ``size`` inches each.

    Grey pictures are ink on paper. ``signed`` is for weights: red is positive, blue is negative,
    white is zero, on one scale for all of them. Of none, as a network that is never sure leaves them, it
    says so.
    """
    planes = np.asarray(images).reshape(len(images), *np.shape(images)[-2:])
    columns = min(columns, max(1, len(planes)))
    rows = math.ceil(max(1, len(planes)) / columns)
    height = size * (1.25 if titles is not None else 1.0)
    figure, grid = plt.subplots(
        rows, columns, figsize=(columns * size, rows * height), squeeze=False, layout="constrained"
    )
    bound = float(np.abs(planes).max(initial=0)) or 1.0
    look = {"cmap": "RdBu_r", "vmin": -bound, "vmax": bound} if signed else {"cmap": "gray_r"}
    for axes in grid.flat:
        axes.axis("off")
    for number, (axes, plane) in enumerate(zip(grid.flat, planes, strict=False)):
        axes.imshow(plane, interpolation="nearest", **look)
        if titles is not None:
            axes.set_title(str(titles[number]), fontsize=9)
    if not len(planes):
        grid[0, 0].text(0.5, 0.5, "none", ha="center", va="center", color="gray")
    plt.close(figure)
    return figure


def side_by_side(panels: Mapping[str, Array], *, bound: float | None = None, size: float = 2.8) -> Figure:
    """Show a few pictures (rows, columns) of any size with their titles, ``size`` inches each.

    Pictures without negative numbers are ink on paper; the others, and all of them if ``bound`` is
    given, are coloured from blue (-bound) over white (0) to red.
    """
    figure, row = plt.subplots(
        1, len(panels), figsize=(len(panels) * size, size), squeeze=False, layout="constrained"
    )
    for axes, (title, plane) in zip(row.flat, panels.items(), strict=True):
        if bound is None and np.min(plane) >= 0:
            axes.imshow(plane, cmap="gray_r", interpolation="nearest")
        else:
            most = bound or float(np.abs(plane).max())
            axes.imshow(plane, cmap="RdBu_r", vmin=-most, vmax=most, interpolation="nearest")
        axes.set_title(title, fontsize=10)
        axes.axis("off")
    plt.close(figure)
    return figure


def confusion_matrix(truth: Array, answers: Array, classes: int = 10) -> npt.NDArray[np.int64]:
    """Count how often each class (row) got each answer (column): int64 (classes, classes)."""
    pairs = np.asarray(truth).astype(np.int64) * classes + np.asarray(answers).astype(np.int64)
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)


def draw_confusion(matrix: Array, names: Sequence[object] | None = None) -> Figure:
    """Draw a confusion matrix; the diagonal is left white, so that the mistakes give the colour."""
    classes = len(matrix)
    mistakes = np.array(matrix)
    np.fill_diagonal(mistakes, 0)
    figure, axes = plt.subplots(figsize=(5.5, 5), layout="constrained")
    axes.imshow(mistakes, cmap="Oranges")
    labels = [str(name) for name in (range(classes) if names is None else names)]
    axes.set_xticks(range(classes), labels, rotation=45 if names is not None else 0)
    axes.set_yticks(range(classes), labels)
    axes.set(xlabel="predicted class", ylabel="true class")
    for row, column in np.argwhere(mistakes > 0):
        dark = mistakes[row, column] > 0.6 * mistakes.max()
        axes.text(
            column,
            row,
            str(mistakes[row, column]),
            ha="center",
            va="center",
            fontsize=8,
            color="white" if dark else "black",
        )
    plt.close(figure)
    return figure


def worst_mistakes(images: Array, truth: Array, probabilities: Array, count: int = 20) -> Figure:
    """Show the wrong answers that the network was surest of.

    ``images`` (n, 1, rows, columns), ``truth`` (n,), ``probabilities`` (n, classes). Titles read
    "truth→answer".
    """
    answers = probabilities.argmax(axis=1)
    sure = np.where(answers != truth, probabilities.max(axis=1), -1.0)
    worst = np.argsort(-sure)[: min(count, int((sure >= 0).sum()))]
    if not len(worst):
        figure = plt.figure(figsize=(3, 1))
        figure.text(0.5, 0.5, "no mistakes", ha="center")
        plt.close(figure)
        return figure
    return small_multiples(images[worst], [f"{truth[i]}→{answers[i]}" for i in worst])


def compare(panels: Mapping[str, Mapping[str, float]]) -> Figure:
    """Draw a few bars a panel, each panel on a scale of its own: {title: {name: value}}."""
    figure, row = plt.subplots(
        1, len(panels), figsize=(3 * len(panels), 2.2), squeeze=False, layout="constrained"
    )
    for axes, (title, values) in zip(row.flat, panels.items(), strict=True):
        colours = [plt.get_cmap("tab10")(number) for number in range(len(values))]
        bars = axes.bar(list(values), list(values.values()), color=colours)
        axes.bar_label(bars, fmt="%.4g")
        axes.set(title=title, yticks=[], ylim=(0, 1.25 * max(values.values()) or 1))
    plt.close(figure)
    return figure


def principal_plane(points: Array) -> Array:
    """Return where ``points`` (n, dimensions) lie on the plane in which they differ most, (n, 2).

    These are the first two principal components (Pearson 1901, https://doi.org/10.1080/14786440109462720).
    """
    centred = points - points.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    plane: Array = centred @ directions[:2].T
    return plane


def shadows(spaces: Mapping[str, Array], classes: Array) -> Figure:
    """Show the same n things in several spaces, {title: (n, dimensions)}, coloured by class (n,)."""
    figure, row = plt.subplots(
        1, len(spaces), figsize=(4.5 * len(spaces), 4.2), squeeze=False, layout="constrained"
    )
    for axes, (title, points) in zip(row.flat, spaces.items(), strict=True):
        plane = principal_plane(points)
        for number, kind in enumerate(np.unique(classes)):
            mine = plane[classes == kind]
            axes.scatter(*mine.T, s=6, color=plt.get_cmap("tab10")(number % 10), label=str(kind))
        axes.set(title=title, xticks=[], yticks=[])
    row.flat[-1].legend(markerscale=3, loc="center left", bbox_to_anchor=(1, 0.5))
    plt.close(figure)
    return figure


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
