"""PyTorch: a graph that is recorded, gradients that add up, the loop, and what a step costs, as measured."""

from __future__ import annotations

import math

from workshop.site.figures.drawing import BESIDE, Drawing
from workshop.teach import recordings

CLASSES = 10
WEIGHT = 3.0
"""Where the loss w² is taken, as in the lesson."""
LOOP = ("zero_grad", "forward", "loss", "backward", "step")


def graph() -> Drawing:
    """The dense layer's first step: weights of zero say 1/10 to each class, so the loss is ln 10 at once."""
    drawing = Drawing(540, 500, BESIDE)
    for left, name, fill in ((20, "images", "sunk"), (200, "W", "accent-soft"), (380, "b", "accent-soft")):
        drawing.labelled((left, 410), (140, 64), name, fill, 30)
    drawing.labelled((120, 230), (300, 70), "scores: 0, 0, 0 …", "card", 30)
    drawing.labelled((120, 50), (300, 70), f"loss: {math.log(CLASSES):.2f}", "card", 30)
    for left in (90, 270, 450):
        drawing.arrow((left, 408), (270 + (left - 270) / 2, 304))
    drawing.arrow((270, 228), (270, 124))
    drawing.curve([(424, 85), (510, 85), (510, 396)], "warm", 4)
    drawing.arrow((510, 394), (510, 408), "warm", 4)
    drawing.words((498, 200), "grad", 28, "warm", "end", 600, over=True)
    return drawing


def adding() -> Drawing:
    """What ``w.grad`` holds after each call of ``backward`` on w² at w = 3, when nobody sets it to zero."""
    drawing = Drawing(1100, 420)
    slope, held = 2 * WEIGHT, 0.0
    for call in (1, 2, 3):
        held += slope
        x, height = 120 + 330 * (call - 1), 14 * held
        drawing.box((x, 330 - height), (180, height), "accent-soft", "accent", 4)
        drawing.box((x, 330 - height), (180, 14 * slope), "accent", "accent", 4)
        drawing.words((x + 90, 300 - height), f"{held:g}", 40, weight=600)
        drawing.words((x + 90, 376), f"backward() no. {call}", 28)
    return drawing


def loop() -> Drawing:
    """The five lines of a training loop, in their order."""
    drawing = Drawing(540, 500, BESIDE)
    for number, name in enumerate(LOOP):
        y = 8 + 98 * number
        drawing.labelled((120, y), (260, 72), name, "accent-soft" if number in (0, 4) else "card", 30)
        if number:
            drawing.arrow((250, y - 26), (250, y - 2))
    drawing.curve([(384, 436), (470, 436), (470, 44), (396, 44)], "warm", 4)
    drawing.arrow((398, 44), (384, 44), "warm", 4)
    return drawing


def costs() -> Drawing:
    """Processor time up to the first step and of a step, recorded in new processes on one machine."""
    seen = recordings.read("same-network")
    names = {"theano, first time": "Theano", "theano, again": "Theano, cached", "pytorch": "PyTorch"}
    drawing = Drawing(1152, 420)
    measures = (("first_step_seconds", "CPU s to the first step", 40), ("step_ms", "CPU ms a step", 660))
    for key, title, left in measures:
        values = [seen[each][key] for each in names]
        drawing.words((left, 30), title, 32, anchor="start", weight=600)
        for row, (name, value) in enumerate(zip(names.values(), values, strict=True)):
            y = 110 + 110 * row
            drawing.words((left, y - 36), name, 28, "quiet", "start")
            drawing.line((left, y + 8), (left + 310 * value / max(values), y + 8), "accent", 36)
            drawing.words((left + 320 * value / max(values) + 10, y + 8), f"{value:.1f}", 30, anchor="start")
    return drawing
