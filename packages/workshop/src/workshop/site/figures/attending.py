"""Attention: a soft look-up, computed; and what the lesson's heads look at, from what ``keeping`` kept."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from workshop.site.figures.drawing import Drawing
from workshop.site.figures.keeping import made

LESSON = "7-make/40-attention"
QUERY = (1.0, 0.5)
KEYS = ((1.5, 0.0), (0.5, 1.0), (-1.0, 0.5))
VALUES = (1.0, 3.0, 8.0)


def shares(query: Sequence[float], keys: Sequence[Sequence[float]]) -> list[float]:
    """Return softmax of the scalar products of a query with all keys, divided by the root of their length."""
    scores = [sum(q * k for q, k in zip(query, key, strict=True)) / math.sqrt(len(query)) for key in keys]
    powers = [math.exp(score - max(scores)) for score in scores]
    return [power / sum(powers) for power in powers]


def look_up() -> Drawing:
    """Scaled dot-product attention (Vaswani and others, 2017): one query, three keys, a mixture of values."""
    drawing = Drawing(1100, 400)
    parts = shares(QUERY, KEYS)
    drawing.labelled((0, 165), (210, 70), f"query {_row(QUERY)}", "accent-soft", 26)
    for number, (key, part, value) in enumerate(zip(KEYS, parts, VALUES, strict=True)):
        y = 60 + 140 * number
        drawing.arrow((215, 200), (288, y))
        drawing.labelled((290, y - 35), (210, 70), f"key {_row(key)}", "card", 26)
        drawing.line((530, y), (530 + 200 * part, y), "warm", 26)
        drawing.words((545 + 200 * part, y), f"{part:.2f}", 28, anchor="start", weight=600)
        drawing.words((765, y), f"× {value:g}", 30, "quiet", "start")
        drawing.arrow((840, y), (948, 200))
    mixed = sum(part * value for part, value in zip(parts, VALUES, strict=True))
    drawing.words((965, 200), f"{mixed:.2f}", 44, "accent", "start", 600)
    return drawing


def _row(numbers: Sequence[float]) -> str:
    return "(" + ", ".join(f"{number:g}" for number in numbers) + ")"


def _map(drawing: Drawing, spots: Sequence[Sequence[float]], left: float, size: int, side: float) -> None:
    """Draw who looks at whom: rows look, columns are looked at, a square is as large as the share."""
    step = side / size
    drawing.box((left, 10), (side, side), "sunk", "line", 4)
    for row, column, share in spots:
        wide = step * math.sqrt(share)
        corner = (left + step * (column + 0.5) - wide / 2, 10 + step * (row + 0.5) - wide / 2)
        drawing.box(corner, (wide, wide), "accent", "none", 1)


def by_hand() -> Drawing:
    """What the two heads that are set by hand look at, letter by letter."""
    kept = made()[LESSON]
    text: str = kept["text"]
    drawing = Drawing(1152, 450)
    side = 380.0
    for number, (spots, words) in enumerate(
        zip(kept["by_hand"], ("one step back", "after the same letter"), strict=True)
    ):
        left = 60 + 580 * number
        _map(drawing, spots, left, len(text), side)
        drawing.words((left + side / 2, 424), words, 28, weight=600)
        drawing.words((left + side + 14, 200), f"{number + 1}", 44, "accent", "start", 600)
    return drawing


def learnt() -> Drawing:
    """What two heads of the trained network look at, for a text that repeats after 12 letters."""
    kept = made()[LESSON]
    drawing = Drawing(1152, 450)
    side = 380.0
    for number, (spots, words) in enumerate(
        zip(kept["learnt"], ("first layer", "second layer"), strict=True)
    ):
        left = 100 + 560 * number
        _map(drawing, spots, left, 47, side)
        drawing.words((left + side / 2, 424), words, 28, weight=600)
    return drawing


def at_once() -> Drawing:
    """The share of letters told rightly, while networks of two layers and of one learn."""
    kept = made()[LESSON]
    drawing = Drawing(1152, 450)
    left, width, height = 90.0, 760.0, 330.0
    for share in (0, 0.5, 1):
        y = 20 + height * (1 - share)
        drawing.line((left, y), (left + width, y), width=1.5)
        drawing.words((left - 14, y), f"{share:g}", 26, "quiet", "end")
    for name, fill in (("two layers", "accent"), ("one layer", "warm")):
        curve = [0.0, *kept["learning"][name]]
        points = [
            (left + width * number / (len(curve) - 1), 20 + height * (1 - share))
            for number, share in enumerate(curve)
        ]
        drawing.curve(points, fill, 5)
        last = points[-1]
        drawing.words((last[0] + 16, last[1]), f"{name}: {curve[-1]:.2f}", 28, fill, "start", 600)
    drawing.words((left + width / 2, height + 60), f"{kept['steps']:,} steps", 26, "quiet")
    drawing.words((left + width / 2, height + 96), "share of letters told rightly", 26, "quiet")
    return drawing


def given_away() -> Drawing:
    """The shortcut: right where texts repeat as in learning, and where they repeat otherwise."""
    kept: dict[str, Any] = made()[LESSON]["elsewhere"]
    drawing = Drawing(1152, 430)
    for number, (name, values) in enumerate(kept.items()):
        left = 60 + 560 * number
        for place, (words, value) in enumerate(zip(("after 24", "after 17"), values, strict=True)):
            x, height = left + 240 * place, 270 * value
            drawing.box((x, 320 - height), (220, height), "sunk" if place else "accent-soft", "accent", 4)
            drawing.words((x + 110, 298 - height), f"{value:.0%}", 32, weight=600)
            drawing.words((x + 110, 350), words, 26, "quiet")
        drawing.words((left + 230, 398), name.replace(", learnt at 24", " that met only 24"), 28, weight=600)
    return drawing
