"""Machines that judge: an autoencoder, which makes a picture narrow and wide again."""

from __future__ import annotations

from workshop.site.figures.drawing import Drawing


def squeeze() -> Drawing:
    """An autoencoder: a picture is made narrow and wide again, and what remains is measured."""
    drawing = Drawing(900, 250)
    sizes = {"784": 200, "256": 130, "64": 80, "16": 40}
    names = [*sizes, "64", "256", "784"]
    for place, name in enumerate(names):
        height = sizes[name]
        drawing.labelled((20 + 96 * place, 125 - height / 2), (55, height), name, "accent-soft")
        if place:
            drawing.arrow((96 * place - 19, 125), (96 * place + 18, 125))
    drawing.words((700, 125), "−", 34)
    drawing.words((728, 100), "picture", 22, "ink", "start")
    drawing.words((728, 140), "= what remains", 22, "warm", "start")
    return drawing
