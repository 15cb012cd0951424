"""A generator and a discriminator: the game in words, and how it went on the ring (``forged.json``)."""

from __future__ import annotations

import json
from math import cos, pi, sin
from pathlib import Path
from statistics import mean, median
from typing import Any

from workshop.site.figures.drawing import Drawing
from workshop.teach import recordings

FILE = Path(__file__).with_name("forged.json")
BRUSHES = ("by principal components", "painted, 28 lines")
"""Two ways to draw a digit from its 64 numbers, as the lesson's record names them."""


def forged() -> dict[str, Any]:
    """Return what was recorded of the ring."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def forger() -> Drawing:
    """Draw the game of Goodfellow and others 2014 (https://arxiv.org/abs/1406.2661)."""
    drawing = Drawing(900, 290)
    drawing.words((44, 100), "noise", 22, "quiet")
    drawing.arrow((84, 100), (138, 100))
    drawing.labelled((140, 70), (150, 60), "generator", "accent-soft")
    drawing.arrow((290, 100), (418, 100))
    drawing.words((354, 76), "generated", 20, "quiet")
    drawing.labelled((420, 70), (170, 60), "discriminator", "accent-soft")
    drawing.words((505, 260), "real digits", 22, "quiet")
    drawing.arrow((505, 236), (505, 132))
    drawing.arrow((590, 100), (668, 100))
    drawing.words((684, 100), "real?", 22, "ink", "start")
    drawing.curve([(740, 80), (740, 36), (215, 36), (215, 56)], "warm", 3)
    drawing.polygon([(207, 56), (215, 70), (223, 56)], "warm")
    drawing.words((480, 16), "its gradient", 18, "warm")
    return drawing


def collapse() -> Drawing:
    """Draw the ring at eight moments of the game without a remedy."""
    kept = forged()
    drawing = Drawing(952, 456)
    for number, points in enumerate(kept["film"]):
        left, top = 238 * (number % 4), 230 * (number // 4)
        drawing.box((left + 5, top + 4), (228, 188), "card", "line")
        middle = (left + 119, top + 98)
        for heap in range(8):
            drawing.circle(_at(middle, _heap(heap)), 8, "sunk", "line")
        for point in points:
            drawing.circle(_at(middle, point), 3, "warm", "warm")
        after = kept["rounds"] * (number + 1) // len(kept["film"])
        kinds = kept["kinds"]["no remedy"][number]
        # At either end of its frame, so that no label comes near its neighbour's, whatever the type.
        drawing.words(
            (left + 14, top + 210), f"{after}" if number else f"round {after}", 29, "quiet", "start"
        )
        drawing.words((left + 222, top + 210), f"{kinds:.1f}", 29, "warm", "end", 600)
    return drawing


def _heap(number: int) -> tuple[float, float]:
    """Return the middle of a heap, as the lesson places it."""
    return 2 * cos(number * pi / 4), 2 * sin(number * pi / 4)


def _at(middle: tuple[float, float], point: tuple[float, float]) -> tuple[float, float]:
    """Return where a point is drawn; what is outside lies on the frame."""
    x, y = (max(-2.9, min(2.9, value)) for value in point)
    return middle[0] + 31 * x, middle[1] - 31 * y


def remedies() -> Drawing:
    """Draw the effective number of classes in the course of each game on the ring, and their median."""
    kept = forged()
    drawing = Drawing(1000, 440)
    left, width, height = 90, 620, 320
    for count in (0, 2, 4, 6, 8):
        y = 30 + height * (1 - count / 8)
        drawing.line((left, y), (left + width, y), width=1.5)
        drawing.words((left - 14, y), f"{count}", 26, "quiet", "end")
    for share in (0, 0.5, 1):
        drawing.words((left + width * share, height + 62), f"{kept['rounds'] * share:.0f}", 26, "quiet")
    drawing.words((left + width / 2, height + 94), "rounds", 26, "quiet")
    for place, (name, colour) in enumerate(
        zip(kept["kinds"], ("warm", "quiet", "ink", "accent"), strict=True)
    ):
        curve = kept["kinds"][name]
        points = [
            (left + width * number / len(curve), 30 + height * (1 - count / 8))
            for number, count in enumerate(curve, 1)
        ]
        drawing.curve(points, colour, 5)
        # Beside the curves in the order of the games: where two end alike, their names stay apart.
        drawing.words(
            (left + width + 20, 80 + 60 * place), f"{name}: {median(curve):.1f}", 28, colour, "start", 600
        )
    return drawing


def distances(whose: str) -> list[float]:
    """Return the Fréchet distance of digits, drawn in both ways: the mean of all recorded painters."""
    painted = recordings.table("painted")
    return [mean(painted[f"{whose}, {way}"].values()) for way in BRUSHES]


def brush() -> Drawing:
    """Draw how far the same digits are from real ones, drawn by components and by the painter."""
    drawing = Drawing(1100, 400)
    for number, (whose, what) in enumerate((("generated", "generated"), ("real", "real digits"))):
        values = distances(whose)
        left = 40 + 540 * number
        for place, (name, value, fill) in enumerate(
            zip(("components", "painter"), values, ("sunk", "accent-soft"), strict=True)
        ):
            x, height = left + 230 * place, 250 * value / 80
            drawing.box((x, 290 - height), (210, height), fill, "accent", 4)
            drawing.words((x + 105, 268 - height), f"{value:.1f}", 30, weight=600)
            drawing.words((x + 105, 318), name, 26, "quiet")
        drawing.words((left + 220, 368), what, 28, weight=600)
    return drawing
