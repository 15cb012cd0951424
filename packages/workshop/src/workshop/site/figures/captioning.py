"""Say what you see: a scene and what the shipped network says, where it looks, and what scores hide."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from workshop.site.figures.drawing import Drawing, Point

FILE = Path(__file__).with_name("captioned.json")
"""Written by ``captioned``."""
DOTS, PLACES = 28, 7
"""Dots of a scene and places of its features, both ways."""


@cache
def captioned() -> dict[str, Any]:
    """Return what the module ``captioned`` wrote down."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def scenes() -> Drawing:
    """Four scenes of test pictures, and what the shipped network says about each; nothing was chosen."""
    drawing = Drawing(1152, 450)
    for number, scene in enumerate(captioned()["scenes"][:4]):
        left = 12 + 288 * number
        drawing.box((left, 4), (264, 264), "card", "line", 4)
        _ink(drawing, (left + 4, 8), 256, scene["ink"])
        for place, line in enumerate(_lines(scene["said"], 17)):
            drawing.words((left + 132, 300 + 34 * place), line, 28)
    return drawing


def _ink(
    drawing: Drawing, corner: Point, side: float, ink: Sequence[Sequence[int]], fill: str = "ink"
) -> None:
    """Draw a scene as dots, the larger the more ink there is (0 to 9)."""
    step = side / DOTS
    for row, values in enumerate(ink):
        for column, value in enumerate(values):
            if value:
                wide = step * (value / 9) ** 0.5
                middle = (corner[0] + step * (column + 0.5), corner[1] + step * (row + 0.5))
                drawing.box((middle[0] - wide / 2, middle[1] - wide / 2), (wide, wide), fill, "none", 0)


def _lines(words: Sequence[str], most: int) -> list[str]:
    """Return words as lines of at most so many characters, if none of the words is longer."""
    lines: list[str] = []
    for word in words:
        if lines and len(lines[-1]) + 1 + len(word) <= most:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def looks() -> Drawing:
    """Where the shipped network looks before the nouns and the sizes of the first scene."""
    drawing = Drawing(1152, 400)
    scene = captioned()["scenes"][0]
    chosen = [number for number, word in enumerate(scene["said"]) if word in captioned()["told"]]
    for place, number in enumerate(chosen):
        left = 12 + 288 * place
        drawing.box((left, 60), (264, 264), "card", "line", 4)
        step = 256 / PLACES
        for at, share in enumerate(scene["shares"][number]):
            wide = (step - 2) * min(1.0, share / 0.25) ** 0.5
            if wide > 2:
                row, column = divmod(at, PLACES)
                middle = (left + 4 + step * (column + 0.5), 64 + step * (row + 0.5))
                drawing.box((middle[0] - wide / 2, middle[1] - wide / 2), (wide, wide), "warm", "none", 2)
        _ink(drawing, (left + 4, 64), 256, scene["ink"])
        drawing.words((left + 132, 30), scene["said"][number], 34, weight=600)
    return drawing


def scores() -> Drawing:
    """BLEU and the share of exact sentences: with closed eyes, the shipped network, its wrong sentences."""
    figures = captioned()["figures"]
    rows = [
        ("closed eyes", figures["blind_bleu"], figures["blind_exact"]),
        ("the network", figures["bleu"], figures["exact"]),
        ("where it is wrong", figures["wrong_bleu"], 0.0),
    ]
    drawing = Drawing(1152, 430)
    for number, (name, score, exact) in enumerate(rows):
        left = 40 + 380 * number
        for place, (what, value) in enumerate((("BLEU", score), ("exact", exact))):
            x, height = left + 160 * place, 280 * value
            fill, stroke = ("sunk", "quiet") if place == 0 else ("accent-soft", "accent")
            drawing.box((x, 320 - height), (145, height), fill, stroke, 4)
            drawing.words((x + 72, 298 - height), f"{value:.2f}", 32, weight=600)
            drawing.words((x + 72, 346), what, 26, "quiet")
        drawing.words((left + 152, 400), name, 30, weight=600)
    return drawing


def without() -> Drawing:
    """Exact sentences of the shipped network with its attention, and with the mean of all places instead."""
    figures = captioned()["figures"]
    drawing = Drawing(1000, 430)
    rows = [("it looks", figures["exact"]), ("it reads the mean", figures["exact_without_attention"])]
    for number, (name, share) in enumerate(rows):
        left, height = 150 + 380 * number, 300 * share
        fill, stroke = ("sunk", "quiet") if number else ("accent-soft", "accent")
        drawing.box((left, 360 - height), (300, height), fill, stroke, 4)
        drawing.words((left + 150, 334 - height), f"{share:.1%}".replace("%", " %"), 36, weight=600)
        drawing.words((left + 150, 400), name, 28, weight=600)
    return drawing
