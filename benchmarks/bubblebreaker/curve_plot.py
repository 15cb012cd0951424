"""Draw score against time, beside what was published."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Protocol

from matplotlib import rc_context
from matplotlib.figure import Figure


class Published(Protocol):
    """A sum of points over some boards."""

    @property
    def name(self) -> str:
        """Of the method."""

    @property
    def total(self) -> int:
        """Points."""

    @property
    def boards(self) -> int:
        """How many."""


def draw(means: Sequence[tuple[float, float]], boards: int, published: Sequence[Published]) -> str:
    """Return an SVG: the mean score of a board at each time (seconds, points), and published ones as lines.

    ``boards``: over how many of them the means are. Sums over different boards cannot be compared, so
    means of a board are drawn, and the title says over how many boards each is.
    """
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.add_subplot()
    axes.plot(
        [seconds for seconds, _ in means],
        [score for _, score in means],
        marker="o",
        label="this search",
    )
    for number, record in enumerate(published):
        axes.axhline(
            record.total / record.boards,
            color=f"C{number + 1}",
            linestyle="--",
            label=f"{record.name}: {record.total:,} / {record.boards}, in hours",
        )
    axes.set_xscale("log")
    axes.set_xlabel("seconds of one core a board")
    axes.set_ylabel("points")
    axes.set_title(f"SameGame 15×15×5: points a board, ours over {boards} boards, published over 20")
    axes.grid(visible=True, alpha=0.3)
    axes.legend(loc="best")
    text = io.StringIO()
    # The same numbers give the same file: no time of day, and no names thrown by dice.
    with rc_context({"svg.hashsalt": "curve", "svg.fonttype": "none"}):
        figure.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue()
