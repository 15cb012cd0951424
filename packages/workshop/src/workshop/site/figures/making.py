"""Machines that judge: an autoencoder, which makes a picture narrow and wide again."""

from __future__ import annotations

from workshop.site.figures.drawing import Drawing
from workshop.teach.anomaly import recording

JUDGED = [("principal components", (0.9535, 0.9726)), ("an autoencoder", (0.9659, 0.9780))]
"""Area under the ROC curve by the error and by error ÷ √ink; ``docs/figures.md``, anomaly detection."""


def squeeze() -> Drawing:
    """An autoencoder: a picture is made narrow and wide again, and what remains is measured."""
    drawing = Drawing(1152, 400)
    sizes = {"784": 320, "256": 210, "64": 130, "16": 64}
    names = [*sizes, "64", "256", "784"]
    for place, name in enumerate(names):
        height = sizes[name]
        drawing.labelled((14 + 117 * place, 200 - height / 2), (70, height), name, "accent-soft", 26)
        if place:
            drawing.arrow((117 * place - 33, 200), (117 * place + 12, 200))
    drawing.words((814, 200), "−", 44)
    drawing.labelled((844, 40), (70, 320), "784", "sunk", 26)
    drawing.words((946, 200), "=", 44)
    drawing.words((976, 184), "what", 32, "warm", "start", 600)
    drawing.words((976, 222), "remains", 32, "warm", "start", 600)
    drawing.words((52, 384), "picture", 26, "quiet")
    drawing.words((732, 384), "made again", 26, "quiet")
    drawing.words((880, 384), "picture", 26, "quiet")
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


def fooled() -> Drawing:
    """How often the odd digit gets the higher score, by which one it is: nine digits normal, one odd."""
    areas = recording.recorded()["seeds/1"]["left_out"]
    drawing = Drawing(1152, 430)
    drawing.line((0, 195), (990, 195), "ink", 3, "8 6")
    drawing.words((1000, 195), "a coin", 28, anchor="start")
    for digit, area in enumerate(areas):
        left, height = 10 + 98 * digit, 330 * area
        fill, stroke = ("accent-soft", "accent") if area > 0.5 else ("warm", "warm")
        drawing.box((left, 360 - height), (84, height), fill, stroke, 4)
        drawing.words((left + 42, 340 - height), f"{area:.2f}", 28, weight=600, over=True)
        drawing.words((left + 42, 394), str(digit), 30)
    return drawing
