"""How networks of the lessons learned: curves of recorded runs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from workshop.site.figures.drawing import Drawing, Point
from workshop.teach import recordings

DENSE, CONVOLUTIONS = "1-mnist/10-mlp", "1-mnist/20-cnn"
HEIGHT = 300


@dataclass(frozen=True)
class Panel:
    """A plane with logarithmic heights: ``passes`` to the right, ``low`` to ``high`` upwards."""

    left: float
    width: float
    passes: int
    low: float
    high: float

    def place(self, passed: float, value: float) -> Point:
        """Return where a value after so many passes is drawn; what is too low lies on the floor."""
        height = math.log(max(value, self.low) / self.low) / math.log(self.high / self.low)
        return self.left + self.width * passed / self.passes, 20 + HEIGHT * (1 - height)

    def frame(self, drawing: Drawing, ticks: Sequence[float], unit: str, words: str) -> None:
        """Draw the lines of the heights ``ticks`` with their numbers, and ``words`` below."""
        for tick in ticks:
            _, y = self.place(0, tick)
            drawing.line((self.left, y), (self.left + self.width, y), width=1.5)
            drawing.words((self.left - 10, y), f"{tick:g}{unit}", 18, "quiet", "end")
        for passed in range(0, self.passes + 1, _step(self.passes)):
            drawing.words((self.place(passed, self.low)[0], HEIGHT + 40), str(passed), 18, "quiet")
        drawing.words((self.left + self.width / 2, HEIGHT + 72), words, 20, "quiet")

    def curve(self, drawing: Drawing, values: Sequence[float], colour: str) -> Point:
        """Draw one value a pass, from the first pass on; return where the curve ends."""
        points = [self.place(passed, value) for passed, value in enumerate(values, 1)]
        drawing.curve(points, colour, drawn=True)
        return points[-1]


def _step(passes: int) -> int:
    """Return every how many passes a number stands below."""
    return next(step for step in (1, 2, 5, 10, 20) if passes / step <= 8)


def dense_or_convolutions() -> Drawing:
    """The share of wrong answers on digits that neither network saw, pass by pass."""
    dense = recordings.read("training")[DENSE]["Adam"]["errors"]
    convolutions = recordings.read("training")[CONVOLUTIONS]["convolutions"]["errors"]
    drawing = Drawing(900, HEIGHT + 90)
    panel = Panel(90, 600, max(len(dense), len(convolutions)), 0.4, 8)
    panel.frame(drawing, (0.5, 1, 2, 4, 8), " %", "passes through the 60,000 digits")
    for name, errors, colour in (("dense", dense, "accent"), ("convolutions", convolutions, "warm")):
        end = panel.curve(drawing, [100 * error for error in errors], colour)
        drawing.words((end[0] + 14, end[1]), f"{name}: {100 * errors[-1]:.2f} %", 20, colour, "start", 600)
    return drawing


def by_heart() -> Drawing:
    """A thousand digits, learned with dropout and without: what it knows, and what it makes of new ones."""
    runs = recordings.read("training")[DENSE]
    drawing = Drawing(1152, HEIGHT + 90)
    passes = len(runs["by heart"]["errors"])
    known = Panel(80, 370, passes, 0.01, 3)
    known.frame(drawing, (0.01, 0.1, 1), "", "loss on the digits it learns")
    new = Panel(550, 370, passes, 10, 40)
    new.frame(drawing, (10, 20, 40), " %", "wrong on new digits")
    for title, words, colour in (("by heart", "as it is", "accent"), ("with dropout", "dropout", "warm")):
        known.curve(drawing, runs[title]["losses"], colour)
        errors = runs[title]["errors"]
        end = new.curve(drawing, [100 * error for error in errors], colour)
        drawing.words((end[0] + 10, end[1]), f"{words}: {100 * errors[-1]:.1f} %", 18, colour, "start", 600)
    return drawing
