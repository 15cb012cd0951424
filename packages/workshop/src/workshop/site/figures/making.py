"""Machines that judge: an autoencoder, which makes a picture narrow and wide again."""

from __future__ import annotations

from workshop.site.figures.drawing import Drawing

JUDGED = [("principal components", (0.9535, 0.9726)), ("an autoencoder", (0.9659, 0.9779))]
"""Area under the ROC curve by the error and by error ÷ √ink; ``docs/figures.md``, anomaly detection."""


def squeeze() -> Drawing:
    """An autoencoder: a picture is made narrow and wide again, and what remains is measured."""
    drawing = Drawing(990, 250)
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


def judged() -> Drawing:
    """How often a normal picture looks odder than an odd one, by method and by score."""
    drawing = Drawing(1100, 380)
    for number, (method, areas) in enumerate(JUDGED):
        left = 60 + 540 * number
        for place, (score, area, fill) in enumerate(
            zip(("error", "error ÷ √ink"), areas, ("sunk", "accent-soft"), strict=True)
        ):
            height = 5500 * (1 - area)
            drawing.box((left + 230 * place, 300 - height), (200, height), fill, "accent", 4)
            middle = left + 230 * place + 100
            drawing.words((middle, 280 - height), f"{100 * (1 - area):.1f} %", 30, weight=600)
            drawing.words((middle, 322), score, 26)
        drawing.words((left + 215, 358), method, 28, weight=600)
    return drawing
