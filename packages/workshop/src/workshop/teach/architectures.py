"""A residual network as a picture: its block, with two ways through it, and its stages with their sizes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def residual(stages: Sequence[tuple[str, str]], layers: Sequence[str]) -> Figure:
    """Draw a block with its two ways, and beside it the network's stages.

    Args:
        stages: What each part of the network is, and the size of what it hands on.
        layers: What stands on the long way through a block, in its order.
    """
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
    for axes in (left, right):
        axes.set_axis_off()
    _block(left, layers)
    _stages(right, stages)
    plt.close(figure)
    return figure


def _box(axes: Axes, x: float, y: float, text: str, colour: str) -> None:
    style: dict[str, Any] = {"boxstyle": "round,pad=0.35", "facecolor": colour, "edgecolor": "0.4"}
    axes.text(x, y, text, ha="center", va="center", fontsize=8, color="black", bbox=style)


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float], bend: float = 0) -> None:
    style = {"arrowstyle": "->", "color": "tab:green" if bend else "0.4", "linewidth": 2.5 if bend else 1.2}
    axes.annotate("", end, start, arrowprops=style | {"connectionstyle": f"arc3,rad={bend}"})


def _block(axes: Axes, layers: Sequence[str]) -> None:
    """Draw one block from top to bottom, the skip connection on its right."""
    names = ["input h", *layers, "+", "relu", "output"]
    heights = [1 - number / (len(names) - 1) for number in range(len(names))]
    for name, height in zip(names, heights, strict=True):
        plain = "aliceblue" if name in layers else "white"
        _box(axes, 0.35, height, name, "palegreen" if name == "+" else plain)
    gap = 0.32 / len(names)
    for above, below in pairwise(heights):
        _arrow(axes, (0.35, above - gap), (0.35, below + gap))
    join = heights[names.index("+")]
    _arrow(axes, (0.47, heights[0]), (0.4, join), bend=-0.55)
    axes.text(0.8, (heights[0] + join) / 2, "skip\nconnection", ha="center", fontsize=8)
    axes.set(xlim=(0, 1), ylim=(-0.08, 1.08), title="one block")


def _stages(axes: Axes, stages: Sequence[tuple[str, str]]) -> None:
    """Draw the network from top to bottom, with the size of the output of each part."""
    heights = [1 - number / (len(stages) - 1) for number in range(len(stages))]
    for (what, size), height in zip(stages, heights, strict=True):
        _box(axes, 0.35, height, what, "aliceblue")
        axes.text(0.72, height, size, va="center", fontsize=8)
    gap = 0.32 / len(stages)
    for above, below in pairwise(heights):
        _arrow(axes, (0.35, above - gap), (0.35, below + gap))
    axes.set(xlim=(0, 1.1), ylim=(-0.08, 1.08), title="the network")
