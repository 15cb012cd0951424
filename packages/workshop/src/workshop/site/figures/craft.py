"""Training craft and fine-tuning: the flow chart of tests, and which part of a network learns how fast."""

from __future__ import annotations

from workshop.site.figures.drawing import Drawing

TESTS = (
    ("first loss\n= ln 10?", "inputs,\nfirst weights"),
    ("overfits\none batch?", "learning\nrate, loss"),
    ("step =\ngradient?", "zero_grad\nforgotten"),
    ("neighbours\nagree?", "labels"),
    ("no twins\nheld out?", "leak"),
)
"""Each test of the lesson, in its order, and what is at fault where the answer is no."""
FROZEN, SLOW, FAST = ("sunk", "frozen"), ("card", "slow"), ("accent-soft", "fast")
WAYS = (
    ("linear probe", (FROZEN, FROZEN, FROZEN, FAST)),
    ("last block", (FROZEN, FROZEN, SLOW, FAST)),
    ("all layers", (SLOW, SLOW, SLOW, FAST)),
)
"""How fast each part learns in three ways of the lesson."""


def flow_chart() -> Drawing:
    """Draw the tests from left to right, and below each the fault that it finds."""
    drawing = Drawing(1140, 400)
    for number, (test, fault) in enumerate(TESTS):
        left = 10 + 228 * number
        drawing.labelled((left, 40), (184, 110), test, "accent-soft", 26)
        drawing.arrow((left + 92, 152), (left + 92, 246))
        drawing.words((left + 122, 196), "no", 24, "warm", weight=600)
        drawing.labelled((left, 250), (184, 110), fault, "card", 26)
        if number + 1 < len(TESTS):
            drawing.arrow((left + 186, 95), (left + 226, 95))
            drawing.words((left + 206, 18), "yes", 24, "quiet")
    return drawing


def learning_parts() -> Drawing:
    """Draw stem, middle, top and head of a network, and which of them learns in each way."""
    drawing = Drawing(1140, 400)
    for column, part in enumerate(("stem", "middle", "top", "new head")):
        drawing.words((350 + 220 * column, 30), part, 28, weight=600)
    for row, (name, parts) in enumerate(WAYS):
        top = 65 + 115 * row
        drawing.words((0, top + 42), name, 28, anchor="start", weight=600)
        for column, (fill, words) in enumerate(parts):
            drawing.labelled((250 + 220 * column, top), (200, 84), words, fill, 26)
    return drawing


def regularise() -> Drawing:
    """Draw what weight decay, augmentation and early stopping do."""
    drawing = Drawing(1140, 400)
    for number, name in enumerate(("weight decay", "augmentation", "early stopping")):
        drawing.box((10 + 385 * number, 10), (350, 310), "card", "line")
        drawing.words((185 + 385 * number, 360), name, 30, weight=600)
    for number, size in enumerate((110, 62, 150, 84)):
        top = 45 + 68 * number
        drawing.box((60, top), (1.5 * size, 44), "sunk", "line", 2)
        drawing.box((60, top), (0.9 * size, 44), "accent-soft", "accent", 2)
    for shift, fill in ((0, "quiet"), (44, "accent")):
        left, top = 490 + shift, 70 + shift
        drawing.curve([(left, top), (left + 100, top), (left + 45, top + 150)], fill, 16)
    held_out = [(830, 60), (870, 150), (920, 205), (970, 225), (1030, 205), (1100, 150)]
    drawing.curve(held_out, "warm", 5)
    drawing.curve([(830, 70), (870, 175), (920, 240), (970, 268), (1030, 284), (1100, 292)], "quiet", 4)
    drawing.line((970, 50), (970, 300), "accent", 3, "8 6")
    drawing.circle((970, 225), 10, "accent", "accent")
    return drawing


def old_and_new() -> Drawing:
    """Draw one body with two heads: the new one, and the old one put back for a test."""
    drawing = Drawing(1140, 400)
    drawing.labelled((10, 160), (190, 80), "photograph", "sunk", 28)
    drawing.arrow((204, 200), (286, 200))
    drawing.labelled((290, 140), (330, 120), "fine-tuned\nbody", "accent-soft", 30)
    for top, head, asked in ((50, "new head", "our classes?"), (270, "old head", "old classes?")):
        drawing.arrow((624, 200), (736, top + 40))
        drawing.labelled((740, top), (170, 80), head, "card", 28)
        drawing.words((930, top + 40), asked, 26, anchor="start")
    return drawing
