"""From 2012 to today: what was claimed and tried here, what was taken away, what was spent and how well."""

from __future__ import annotations

import itertools
import math

from workshop.site.figures.drawing import Drawing
from workshop.teach.since.works import Since, read_since

TRIED = [
    ("AlexNet", "AlexNet", "15.3 % wrong, photographs", "0.57 % wrong, digits"),
    ("Adversarial networks", "Adversarial nets", "225 ± 2, log-likelihood", "9.59 of 10 classes, or 1"),
    ("ResNet", "ResNet", "3.57 % wrong, 152 layers", "6.8 %, plain 69.0 %"),
    ("AlphaGo", "AlphaGo", "99.8 % of games won", "4,212 points, at random 480"),
    ("The transformer", "Transformer", "BLEU 28.4", "1.494 nats, a GRU 1.595"),
    ("Diffusion", "Diffusion", "Fréchet 3.17, photographs", "Fréchet 18.5, digits"),
]
"""Works of ``since.toml``; their name, number and our own in as few words as a slide bears."""
TOKENS_PER_WEIGHT = 20
"""Hoffmann and others 2022."""


def claims() -> Drawing:
    """Six works: the number that made people listen, and what a lesson here came to."""
    years = {work.name: work.year for work in read_since().works}
    drawing = Drawing(1152, 440)
    for at, words, fill in ((350, "claimed", "accent"), (768, "tried here", "warm")):
        drawing.words((at, 20), words, 26, fill, "start", 600)
    for number, (name, called, claimed, tried) in enumerate(TRIED):
        y = 76 + 64 * number
        drawing.line((0, y - 32), (1152, y - 32), width=1.5)
        drawing.words((0, y), f"{years[name]}", 24, "quiet", "start")
        drawing.words((84, y), called, 26, anchor="start")
        drawing.words((350, y), claimed, 26, anchor="start")
        drawing.words((768, y), tried, 26, anchor="start")
    return drawing


def removed(since: Since) -> list[float]:
    """Return the share of the errors before that each winner of ImageNet but the first took away."""
    errors = [winner.error for winner in since.imagenet]
    return [1 - after / before for before, after in itertools.pairwise(errors)]


def taken_away() -> Drawing:
    """The winners' errors by year, with the share of the errors before that each took away."""
    since = read_since()
    shares = removed(since)
    drawing = Drawing(1152, 440)
    for number, winner in enumerate(since.imagenet):
        x, height = 20 + 162 * number, winner.error * 10
        fill, stroke = ("sunk", "quiet") if winner.network == "shallow" else ("accent-soft", "accent")
        drawing.box((x, 380 - height), (120, height), fill, stroke, 4)
        drawing.words((x + 60, 358 - height), f"{winner.error:g} %", 26, weight=600)
        if number:
            drawing.words(
                (x + 60, 322 - height), f"−{100 * shares[number - 1]:.0f} %", 26, "warm", weight=600
            )
        drawing.words((x + 60, 408), f"{winner.year}", 26)
    return drawing


def slope(since: Since) -> tuple[float, float, float]:
    """Return the line of least squares through log2 of the operations: doublings a year, and its middle."""
    years = [run.year for run in since.compute]
    powers = [math.log2(run.operations) for run in since.compute]
    middle, height = sum(years) / len(years), sum(powers) / len(powers)
    along = sum((year - middle) * (power - height) for year, power in zip(years, powers, strict=True))
    return along / sum((year - middle) ** 2 for year in years), middle, height


def spent() -> Drawing:
    """Operations of published training runs by year, on a logarithmic scale, with the line through them."""
    since = read_since()
    doublings, middle, height = slope(since)
    drawing = Drawing(1152, 430)

    def place(year: float, operations: float) -> tuple[float, float]:
        return 110 + (year - 2012) * 72, 376 - (math.log10(operations) - 17) * 38

    for power in (17, 19, 21, 23, 25):
        y = place(2012, 10.0**power)[1]
        drawing.line((90, y), (1000, y), width=1.5)
        drawing.words((80, y), f"1e{power}", 26, "quiet", "end")
    for year in range(2012, 2025, 4):
        drawing.words((place(year, 1e17)[0], 408), f"{year}", 26, "quiet")
    ends = [place(year, 2 ** (height + doublings * (year - middle))) for year in (2012, 2024)]
    drawing.line(ends[0], ends[1], "warm", 4)
    most = 0.0
    for run in since.compute:
        x, y = place(run.year, run.operations)
        drawing.circle((x, y), 8, "accent", "accent")
        # A name stands on its own side of the line; at the left edge it stands above its point.
        above = math.log2(run.operations) > height + doublings * (run.year - middle)
        at = (x - 14, y - 24) if above and most else (x - 8, y - 44) if above else (x + 16, y + 22)
        drawing.words(at, run.name, 26, anchor="end" if above and most else "start", over=True)
        most = max(most, run.operations)
    drawing.words((1140, 338), f"twice in {12 / doublings:.1f} months", 28, "warm", "end", 600)
    return drawing


def best(weights: float, tokens: float) -> tuple[float, float]:
    """Return the weights and tokens on which the rule of 2022 spends the same operations."""
    fewer = math.sqrt(weights * tokens / TOKENS_PER_WEIGHT)
    return fewer, TOKENS_PER_WEIGHT * fewer


def divided() -> Drawing:
    """GPT-3's weights and tokens, as they were and as the rule of 2022 divides the same operations."""
    gpt = next(text for text in read_since().text if text.name == "GPT-3")
    fewer, more = best(gpt.weights, gpt.tokens)
    drawing = Drawing(1152, 430)
    for number, (what, was, rule) in enumerate(
        (("billion weights", gpt.weights, fewer), ("billion tokens", gpt.tokens, more))
    ):
        left, scale = 40 + 580 * number, 290 / max(was, rule)
        drawing.words((left + 240, 405), what, 28, weight=600)
        for place, (name, value, fill) in enumerate(
            (("as it was", was, "sunk"), ("by the rule", rule, "accent-soft"))
        ):
            x, height = left + 250 * place, value * scale
            drawing.box((x, 330 - height), (230, height), fill, "accent", 4)
            drawing.words((x + 115, 308 - height), f"{value / 1e9:,.0f}", 32, weight=600)
            drawing.words((x + 115, 360), name, 26, "quiet")
    return drawing


def tools() -> Drawing:
    """Frameworks and the years in which they were developed."""
    since = read_since()
    now = since.checked.year
    drawing = Drawing(1152, 440)

    def place(year: float) -> float:
        return 20 + (year - 2010) * 1110 / (now + 1 - 2010)

    for year in range(2010, now + 1, 4):
        drawing.line((place(year), 0), (place(year), 390), width=1.5)
        drawing.words((place(year), 416), f"{year}", 26, "quiet", "start")
    for number, each in enumerate(since.frameworks):
        start, end = place(each.first), place((now if each.last is None else each.last) + 1)
        fill, stroke = ("accent-soft", "accent") if each.last is None else ("sunk", "quiet")
        y = 6 + 64 * number
        drawing.box((start, y), (end - start, 50), fill, stroke, 4)
        inside = end - start > 130
        at = start + 12 if inside else end + 12
        drawing.words((at, y + 25), each.name, 28, anchor="start", weight=600)
    return drawing
