"""Policy gradients: two levers and the noise of their gradient, computed; two games, as recorded."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import mean

from workshop.site.figures.drawing import Drawing
from workshop.teach import recordings

PAYS = (0.3, 0.6)
SCORES = (0.2, -0.1)
"""Of the lesson's two levers: how often each pays a coin, and the policy's scores."""

Row = tuple[str, float]


def chances(scores: Sequence[float]) -> list[float]:
    """Return softmax of the scores."""
    powers = [math.exp(score - max(scores)) for score in scores]
    return [power / sum(powers) for power in powers]


def estimate(extra: float, baseline: float) -> tuple[float, float]:
    """Return mean and spread of one draw's estimate of the slope along the second score.

    Each payout is ``extra`` larger, and ``baseline`` is taken away from it. Worked out, not drawn.
    """
    parts = chances(SCORES)
    first = second = 0.0
    for lever, (part, pays) in enumerate(zip(parts, PAYS, strict=True)):
        slope = (lever == 1) - parts[1]
        for chance, paid in ((pays, 1 + extra), (1 - pays, extra)):
            value = (paid - baseline) * slope
            first += part * chance * value
            second += part * chance * value**2
    return first, math.sqrt(second - first**2)


def expected() -> float:
    """Return how many coins the policy can expect of a draw."""
    return sum(part * pays for part, pays in zip(chances(SCORES), PAYS, strict=True))


def levers() -> Drawing:
    """Draw a lever, see what it pays, push its score; the game needs no slope."""
    drawing = Drawing(1000, 400)
    written = " and ".join(f"{score:g}".replace("-", "−") for score in SCORES)
    drawing.labelled((10, 70), (230, 110), f"scores\n{written}", "card", 30)
    drawing.arrow((240, 125), (388, 125))
    drawing.words((314, 95), "softmax", 26, "quiet")
    for lever, (part, pays) in enumerate(zip(chances(SCORES), PAYS, strict=True)):
        y = 20 + 115 * lever
        drawn = f"lever {lever + 1}\ndrawn {100 * part:.0f} %"
        drawing.labelled((390, y), (240, 95), drawn, "accent-soft", 30)
        drawing.arrow((630, y + 47), (738, y + 47))
        drawing.labelled((740, y), (240, 95), f"pays a coin\n{100 * pays:.0f} %", "sunk", 30)
    drawing.words((860, 262), "a black box", 26, "quiet")
    drawing.line((860, 288), (860, 335), "warm", 4)
    drawing.line((860, 335), (125, 335), "warm", 4)
    drawing.arrow((125, 335), (125, 184), "warm", 4)
    drawing.words((492, 368), "push what was done, by what it paid", 30, "warm")
    return drawing


def noise_of_levers() -> Drawing:
    """How far one estimate scatters: as it is, with ten coins more, and with a baseline."""
    kinds = (
        ("as it is", estimate(0, 0)),
        ("10 coins more", estimate(10, 0)),
        ("… minus a baseline", estimate(10, 10 + expected())),
    )
    drawing = Drawing(1100, 400)
    most = max(spread for _, (_, spread) in kinds)
    for place, (name, (_, spread)) in enumerate(kinds):
        left, height = 40 + 360 * place, 270 * spread / most
        fill, stroke = ("sunk", "warm") if spread == most else ("accent-soft", "accent")
        drawing.box((left, 320 - height), (280, height), fill, stroke, 4)
        drawing.words((left + 140, 294 - height), f"{spread:.2f}", 36, weight=600)
        drawing.words((left + 140, 360), name, 28, weight=600)
    return drawing


def seeds(kind: str) -> float:
    """Return the mean of what the recorded seeds came to in ``invaders``, ``breakout_rule``, …"""
    return mean(recordings.figures(recordings.read("policy"), "seeds", kind).values())


def two_games() -> Drawing:
    """Points of what was learnt beside chance and, in Breakout, beside a rule of one line."""
    drawing = Drawing(1100, 405)
    panels: list[tuple[str, list[Row]]] = [
        ("Space Invaders", [("chance", seeds("invaders_chance")), ("learnt", seeds("invaders"))]),
        (
            "Breakout",
            [
                ("chance", seeds("breakout_chance")),
                ("learnt", seeds("breakout")),
                ("one-line rule", seeds("breakout_rule")),
            ],
        ),
    ]
    most = max(value for _, rows in panels for _, value in rows)
    left = 30.0
    for title, rows in panels:
        for place, (name, value) in enumerate(rows):
            x, height = left + 205 * place, 240 * value / most
            fill = "accent-soft" if name == "learnt" else "sunk"
            drawing.box((x, 300 - height), (185, height), fill, "accent", 4)
            drawing.words((x + 92, 276 - height), f"{value:.1f}", 32, weight=600)
            drawing.words((x + 92, 330), name, 26, "quiet")
        drawing.words((left + 205 * len(rows) / 2 - 10, 378), title, 30, weight=600)
        left += 205 * len(rows) + 50
    return drawing
