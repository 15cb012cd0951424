"""Attention: a soft look-up and two heads set by hand, computed; and what networks of the lesson came to."""

from __future__ import annotations

import math
from collections.abc import Sequence

from workshop.site.figures.drawing import Drawing
from workshop.teach import recordings

QUERY = (1.0, 0.5)
KEYS = ((1.5, 0.0), (0.5, 1.0), (-1.0, 0.5))
VALUES = (1.0, 3.0, 8.0)
TEXT = "gkaxqgkaxqgkaxqgkax"
SURE = 100.0
"""How long the queries of heads by hand are: the best key takes all."""

LETTERS = 32
SHOWN = "layers/1"
"""The piece of the lesson's record that the bars show."""


def shares(query: Sequence[float], keys: Sequence[Sequence[float]]) -> list[float]:
    """Return softmax of the scalar products of a query with all keys, divided by the root of their length."""
    scores = [sum(q * k for q, k in zip(query, key, strict=True)) / math.sqrt(len(query)) for key in keys]
    powers = [math.exp(score - max(scores)) for score in scores]
    return [power / sum(powers) for power in powers]


def look_up() -> Drawing:
    """Scaled dot-product attention (Vaswani and others, 2017): one query, three keys, a mixture of values."""
    drawing = Drawing(1100, 400)
    parts = shares(QUERY, KEYS)
    drawing.labelled((3, 165), (207, 70), f"query {_row(QUERY)}", "accent-soft", 26)
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
    return "(" + ", ".join(f"{number:g}".replace("-", "−") for number in numbers) + ")"


def heads(text: str) -> list[list[list[float]]]:
    """Return what two heads set by hand look at: from each place (rows) the shares of the places.

    The first asks for the place before, the second for places before which its own letter stood.
    Nobody looks ahead.
    """
    size = len(text)
    where = [[float(place == other) for other in range(size)] for place in range(size)]
    letters = [[float(letter == chr(code)) for code in range(97, 123)] for letter in text]
    before = [[0.0] * 26, *letters[:-1]]
    asked = [[0.0] * size, *where[:-1]]
    found = []
    for queries, keys in ((asked, where), (letters, before)):
        long = [[SURE * number for number in query] for query in queries]
        found.append([shares(long[place], keys[: place + 1]) for place in range(size)])
    return found


def by_hand() -> Drawing:
    """What the two heads that are set by hand look at: rows look, columns are looked at."""
    drawing = Drawing(1152, 450)
    side = 380.0
    step = side / len(TEXT)
    for number, (rows, words) in enumerate(
        zip(heads(TEXT), ("one step back", "after the same letter"), strict=True)
    ):
        left = 60 + 580 * number
        drawing.box((left, 10), (side, side), "sunk", "line", 4)
        for row, parts in enumerate(rows):
            for column, share in enumerate(parts):
                wide = (step - 2) * math.sqrt(share)
                if wide > 1:
                    corner = (left + step * (column + 0.5) - wide / 2, 10 + step * (row + 0.5) - wide / 2)
                    drawing.box(corner, (wide, wide), "accent", "none", 1)
        drawing.words((left + side / 2, 424), words, 28, weight=600)
        drawing.words((left + side + 16, 200), f"{number + 1}", 44, "accent", "start", 600)
    return drawing


def _bars(rows: Sequence[tuple[str, float]], chance: float) -> Drawing:
    """Draw accuracies, with a line for guessing."""
    drawing = Drawing(1000, 440)
    for number, (name, share) in enumerate(rows):
        left, height = 160 + 360 * number, 300 * share
        fill, stroke = ("sunk", "quiet") if number else ("accent-soft", "accent")
        drawing.box((left, 370 - height), (300, height), fill, stroke, 4)
        drawing.words((left + 150, 344 - height), f"{share:.1%}".replace("%", " %"), 36, weight=600)
        drawing.words((left + 150, 410), name, 28, weight=600)
    y = 370 - 300 * chance
    drawing.line((130, y), (850, y), "warm", 3, "8 6")
    drawing.words((865, y), "guessing", 26, "warm", "start")
    return drawing


def layers() -> Drawing:
    """Accuracy of a network of two layers, and of one of one layer, as recorded."""
    piece = recordings.read("attention")[SHOWN]
    rows = [("two layers", piece["two_layers"]), ("one layer", piece["one_layer"])]
    return _bars(rows, 1 / LETTERS)


def given_away() -> Drawing:
    """The shortcut of one layer: right where texts repeat as in learning, and where they repeat otherwise."""
    piece = recordings.read("attention")[SHOWN]
    rows = [
        ("repeats after 24", piece["fixed_period"]),
        ("repeats after 17", piece["fixed_elsewhere"]),
    ]
    return _bars(rows, 1 / LETTERS)


def transformer_block() -> Drawing:
    """Draw a block with layer norm before each part, as GPT-2 has it; the code stands below."""
    drawing = Drawing(1100, 400)
    stream, parts = 90, 250
    drawing.words((30, stream), "x", 30)
    drawing.arrow((60, stream), (1058, stream), "accent", 6)
    drawing.words((1082, stream), "x", 30)
    for left, part in ((110, "attention"), (590, "MLP")):
        drawing.curve([(left, stream), (left, parts), (left + 30, parts)], "quiet", 3)
        drawing.labelled((left + 30, parts - 40), (150, 80), "layer\nnorm", "card", 26)
        drawing.arrow((left + 180, parts), (left + 216, parts))
        drawing.labelled((left + 218, parts - 40), (160, 80), part, "accent-soft", 26)
        drawing.curve([(left + 378, parts), (left + 410, parts), (left + 410, stream + 22)], "quiet", 3)
        drawing.circle((left + 410, stream), 22, "card", "accent")
        drawing.words((left + 410, stream), "+", 34, "accent", weight=600)
    drawing.words((310, 360), "x = x + attention(layer_norm_1(x))", 26, "quiet")
    drawing.words((795, 360), "x = x + mlp(layer_norm_2(x))", 26, "quiet")
    return drawing
