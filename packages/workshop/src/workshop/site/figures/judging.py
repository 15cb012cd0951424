"""What the lesson *Is it good, and for whom?* measured: what is reported, what is true, and for whom."""

from __future__ import annotations

from workshop.site.figures.drawing import Drawing

PAIRS = (
    ("random split", 0.895, "split by family", 0.872),
    ("test names in training", 1.0, "new names", 0.892),
)
"""Two accuracies each; the lesson in its full profile, seed 1."""
INTERVALS = (("unpaired", -0.24, 1.87), ("paired", 0.44, 1.12))
"""Points of accuracy that 5 epochs gain over 16: a confidence interval each; likewise."""
GROUPS = (
    ("all names", 0.872, 0.860, 0.884),
    ("China", 0.907, 0.851, 0.934),
    ("India", 0.886, 0.859, 0.908),
    ("Thailand", 0.688, 0.631, 0.747),
    ("Malaysia", 0.416, 0.336, 0.493),
    ("Japan", 0.978, 0.971, 0.984),
    ("Philippines", 0.446, 0.386, 0.506),
    ("Europe", 0.898, 0.884, 0.912),
)
"""Accuracy, and an interval for which whole families are drawn; likewise."""
_LEFT, _WIDE = 430, 640


def reported() -> Drawing:
    """Draw the accuracy that is reported, and below it the honest one."""
    drawing = Drawing(1140, 400)
    for row, (name, value, other, honest) in enumerate(PAIRS):
        for line, (words, part, fill) in enumerate(((name, value, "warm"), (other, honest, "accent"))):
            top = 20 + 200 * row + 80 * line
            drawing.words((_LEFT - 20, top + 30), words, 30, anchor="end")
            drawing.box((_LEFT, top), (_WIDE * part, 60), fill, fill)
            drawing.words(
                (_LEFT + _WIDE * part - 16, top + 30), f"{100 * part:.1f} %", 28, "paper", "end", 600
            )
    return drawing


def paired() -> Drawing:
    """Draw both intervals of the same difference."""
    drawing = Drawing(1140, 440)
    ends = [end for _, *pair in INTERVALS for end in pair]
    low, high = min(ends), max(ends)

    def place(points: float) -> float:
        return _LEFT - 100 + (_WIDE + 60) * (points - low) / (high - low)

    drawing.line((place(0), 20), (place(0), 350), "quiet", 3, "8 6")
    drawing.words((place(0), 400), "no difference", 26, "quiet")
    for row, (name, start, end) in enumerate(INTERVALS):
        top = 105 + 160 * row
        drawing.words((250, top), name, 32, anchor="end", weight=600)
        drawing.line((place(start), top), (place(end), top), "accent", 10)
        for each in (start, end):
            drawing.circle((place(each), top), 13, "accent", "accent")
    return drawing


def groups() -> Drawing:
    """Draw the accuracy of everybody and of each group, with its interval."""
    drawing = Drawing(1140, 450)
    for row, (name, value, low, high) in enumerate(GROUPS):
        top = 26 + 56 * row
        fill = "ink" if row == 0 else "accent"
        drawing.words((_LEFT - 110, top), name, 28, anchor="end", weight=600 if row == 0 else 400)
        drawing.line((_LEFT - 80, top), (_LEFT - 80 + _WIDE, top), "line", 2)
        drawing.line((_LEFT - 80 + _WIDE * low, top), (_LEFT - 80 + _WIDE * high, top), fill, 8)
        drawing.circle((_LEFT - 80 + _WIDE * value, top), 11, fill, fill)
        drawing.words((_LEFT + _WIDE - 50, top), f"{100 * value:.0f} %", 28, anchor="start")
    return drawing
