"""Curves: activation functions, gradient descent in a valley, softmax at three temperatures."""

from __future__ import annotations

import math
from collections.abc import Callable

from workshop.site.figures.drawing import Drawing, Point

Function = Callable[[float], float]


def bends() -> Drawing:
    """The sigmoid, the hyperbolic tangent and the rectifier, for inputs from -4 to 4."""
    functions: list[tuple[str, Function]] = [
        ("sigmoid", lambda x: 1 / (1 + math.exp(-x))),
        ("tanh", math.tanh),
        ("ReLU", lambda x: max(0.0, x)),
    ]
    drawing = Drawing(900, 290)
    for number, (name, function) in enumerate(functions):
        _axes(drawing, 150 + 300 * number)
        points = [(step / 20, function(step / 20)) for step in range(-80, 81)]
        shown = [(150 + 300 * number + x * 28, 140 - y * 58) for x, y in points if y <= 2.1]
        drawing.curve(shown)
        drawing.words((150 + 300 * number, 266), name, 24)
    return drawing


def _axes(drawing: Drawing, middle: float) -> None:
    drawing.line((middle - 120, 140), (middle + 120, 140))
    drawing.line((middle, 20), (middle, 230))
    drawing.words((middle - 10, 82), "1", 18, "quiet", "end")


START: Point = (-3.6, 2.2)
STRETCH = (0.25, 2.0)
"""Of the valley: loss(x, y) = 0.25 x²/2 + 2 y²/2; eight times steeper across than along."""


def descend(rate: float, steps: int, start: Point = START) -> list[Point]:
    """Return the places that gradient descent visits in the valley, the start first."""
    places = [start]
    for _ in range(steps):
        x, y = places[-1]
        places.append((x - rate * STRETCH[0] * x, y - rate * STRETCH[1] * y))
    return places


def descent() -> Drawing:
    """The same valley with a rate that is too small, one that fits and one that is too large."""
    drawing = Drawing(1000, 390)
    for number, (rate, words) in enumerate([(0.08, "too small"), (0.9, "just right"), (1.04, "too large")]):
        middle = (165 + 335 * number, 172)
        for level in (0.4, 1.6, 3.6, 6.4):
            _contour(drawing, middle, level)
        # The one that is thrown out is followed until it leaves the picture.
        path = [place for place in descend(rate, 12) if abs(place[1]) < 5.5]
        drawing.curve([_place(middle, place) for place in path], "warm", 3)
        for place in path:
            drawing.circle(_place(middle, place), 3.5, "warm", "warm")
        drawing.words((middle[0], 366), f"rate {rate:g}: {words}", 22)
    return drawing


def _place(middle: Point, place: Point) -> Point:
    return middle[0] + place[0] * 36, middle[1] - place[1] * 30


def _contour(drawing: Drawing, middle: Point, level: float) -> None:
    """Draw the ellipse on which the loss is ``level``."""
    across = [math.sqrt(2 * level / stretch) for stretch in STRETCH]
    scale = min(1.0, 4.1 / across[0])
    if scale < 1:
        # What would run into the neighbour is cut off at the sides.
        ends = math.acos(min(1.0, 4.1 / across[0]))
        angles = [ends + step * (math.pi - 2 * ends) / 60 for step in range(61)]
        for sign in (1, -1):
            arc = [(across[0] * math.cos(a), sign * across[1] * math.sin(a)) for a in angles]
            drawing.curve([_place(middle, point) for point in arc], "line", 1.5)
        return
    turns = [step / 30 * math.pi for step in range(61)]
    ellipse = [(across[0] * math.cos(a), across[1] * math.sin(a)) for a in turns]
    drawing.curve([_place(middle, point) for point in ellipse], "line", 1.5)


LETTERS = {"e": 2.0, "a": 1.2, "o": 0.9, "i": 0.1, "z": -1.5}
"""What a network might answer for the next letter, before the softmax."""


def softmax(values: list[float], temperature: float) -> list[float]:
    """Return the probabilities of ``values`` at a temperature; they add up to 1."""
    powers = [math.exp(value / temperature) for value in values]
    return [power / sum(powers) for power in powers]


def temperature() -> Drawing:
    """The same answers of a network at the temperatures 0.3, 1 and 2."""
    drawing = Drawing(900, 320)
    for number, heat in enumerate((0.3, 1.0, 2.0)):
        left = 40 + 300 * number
        for place, (letter, share) in enumerate(
            zip(LETTERS, softmax(list(LETTERS.values()), heat), strict=True)
        ):
            x = left + place * 46
            drawing.box((x, 230 - share * 200), (34, share * 200 + 1), "accent-soft", "accent", 3)
            drawing.words((x + 17, 250), letter, 22)
        drawing.words((left + 110, 296), f"temperature {heat:g}", 22, "quiet")
    return drawing
