"""Machines that judge and attend: an autoencoder, a soft look-up."""

from __future__ import annotations

import numpy as np

from workshop.site.figures.drawing import Drawing

QUERY, ROWS, MEANINGS = (1.0, 0.5), ((1.5, 0.0), (0.5, 1.0), (-1.0, 0.5)), (1.0, 3.0, 8.0)
"""A query and three keys, which are compared as in ``shares``, with a value each."""


def squeeze() -> Drawing:
    """An autoencoder: a picture is made narrow and wide again, and what remains is measured."""
    drawing = Drawing(900, 250)
    for x, height, words in ((20, 200, "784"), (150, 130, "256"), (280, 80, "64")):
        _column(drawing, x, height, words)
        _column(drawing, 650 - x, height, words)
    _column(drawing, 335, 40, "16")
    for x in (75, 205, 400, 530):
        drawing.arrow((x + 5, 125), (x + 70, 125))
    drawing.words((700, 125), "−", 34)
    drawing.words((728, 100), "picture", 22, "ink", "start")
    drawing.words((728, 140), "= what remains", 22, "warm", "start")
    return drawing


def _column(drawing: Drawing, x: float, height: float, words: str) -> None:
    drawing.labelled((x, 125 - height / 2), (55, height), words, "accent-soft")


def shares(query: tuple[float, ...], keys: tuple[tuple[float, ...], ...]) -> list[float]:
    """Return softmax of the scalar products of a query with all keys, divided by the root of their length."""
    scores = np.array(keys) @ np.array(query) / np.sqrt(len(query))
    powers = np.exp(scores - scores.max())
    return [float(share) for share in powers / powers.sum()]


def look_up() -> Drawing:
    """Scaled dot-product attention (Vaswani et al. 2017, https://arxiv.org/abs/1706.03762), computed."""
    drawing = Drawing(900, 290)
    parts = shares(QUERY, ROWS)
    drawing.labelled((20, 100), (150, 60), f"query {_row(QUERY)}", "accent-soft")
    for number, (key, part, value) in enumerate(zip(ROWS, parts, MEANINGS, strict=True)):
        y = 40 + 90 * number
        drawing.arrow((170, 130), (258, y))
        drawing.labelled((260, y - 28), (160, 56), f"key {_row(key)}")
        drawing.line((450, y), (450 + 150 * part, y), "warm", 22)
        drawing.words((460 + 150 * part, y), f"{part:.2f}", 20, "ink", "start")
        drawing.words((680, y), f"× {value:g}", 24, "quiet")
        drawing.arrow((720, y), (788, 130))
    mixed = sum(part * value for part, value in zip(parts, MEANINGS, strict=True))
    drawing.words((800, 130), f"{mixed:.2f}", 30, "accent", "start")
    return drawing


def _row(numbers: tuple[float, ...]) -> str:
    return "(" + ", ".join(f"{number:g}" for number in numbers) + ")"
