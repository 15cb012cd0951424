"""Figures of data: what the shipped networks write (see ``computing``), and what was measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from workshop.site.figures.drawing import BESIDE, Drawing
from workshop.site.figures.learning import DENSE, Panel
from workshop.teach import recordings

FILE = Path(__file__).with_name("computed.json")

PLAYERS = [
    ("any group", 480, 6),
    ("one colour kept", 684, 10),
    ("a network", 1767, 142),
    ("search", 4212, 427),
]
"""Points in a game of Bubble Breaker, with 95 % intervals; from the README of ``bubblebreaker``."""

TRUST = [("names drawn at random", (86.0, 86.8)), ("families that neither has seen", (82.4, 83.6))]
"""Per cent of test names classified correctly, by counting and by a network; *Where is a name from?*."""

MEMORY = [("Theano", 204), ("PyTorch", 301)]
"""MB while EfficientNet-Lite0 looks at one picture, by ``workshop bench imagenet``."""


def computed() -> dict[str, Any]:
    """Return what the module ``computing`` wrote down."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def verse() -> Drawing:
    """What the same network writes at three temperatures; nothing was chosen, each begins with "Love"."""
    drawing = Drawing(1160, 470)
    y = 0.0
    for each in computed()["verse"]:
        drawing.words((150, y + 42), f"T = {each['temperature']:g}", 32, "accent", "end", 600)
        drawing.line((178, y + 16), (178, y + 140), "accent", 4)
        # The text ends where its characters were used up, within a word.
        for number, line in enumerate(f"{each['text']}…".split("\n")[:3]):
            drawing.words((200, y + 42 + 38 * number), _shortened(line, 56), 30, anchor="start")
        y += 158
    return drawing


def _shortened(line: str, most: int) -> str:
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def names() -> Drawing:
    """Invented names, region by region: the first three that the network wrote for each."""
    drawing = Drawing(1152, 450)
    regions = computed()["names"]
    longest = [max(map(len, column)) for column in zip(*(each["names"] for each in regions), strict=True)]
    starts = [200 + sum(14 * letters + 24 for letters in longest[:place]) for place in range(len(longest))]
    for number, each in enumerate(regions):
        y = 32 + 63 * number
        drawing.words((176, y), each["region"], 26, "accent", "end", 600)
        for start, name in zip(starts, each["names"], strict=True):
            drawing.words((start, y), name.title(), 26, anchor="start")
    return drawing


def alike() -> Drawing:
    """How alike two random inputs are after each block, in networks that learned nothing yet."""
    drawing = Drawing(1000, 440)
    left, width, height = 90, 640, 320
    cosines = computed()["alike"]
    blocks = len(cosines["plain"]) - 1
    for share in (0, 0.5, 1):
        y = 30 + height * (1 - share)
        drawing.line((left, y), (left + width, y), width=1.5)
        drawing.words((left - 14, y), f"{share:g}", 26, "quiet", "end")
    for block in range(0, blocks + 1, 10):
        drawing.words((left + width * block / blocks, height + 62), f"{block}", 26, "quiet")
    drawing.words((left + width / 2, height + 94), "blocks", 26, "quiet")
    for name, colour in (("plain", "warm"), ("residual", "accent")):
        points = [
            (left + width * block / blocks, 30 + height * (1 - cosine))
            for block, cosine in enumerate(cosines[name])
        ]
        drawing.curve(points, colour, 5, drawn=True)
        drawing.words(
            (points[-1][0] + 16, points[-1][1]), f"{name}: {cosines[name][-1]:.2f}", 28, colour, "start", 600
        )
    return drawing


def ladder() -> Drawing:
    """Wrong answers on new digits, pass by pass: one hidden layer, and two with dropout and Adam."""
    runs = recordings.read("training")[DENSE]
    drawing = Drawing(1120, 390)
    panel = Panel(90, 520, max(len(run["errors"]) for run in (runs["a hidden layer"], runs["Adam"])), 1, 8)
    panel.frame(drawing, (1, 2, 4, 8), " %", "passes through the 60,000 digits")
    for title, words, colour in (
        ("a hidden layer", "one layer", "accent"),
        ("Adam", "two, dropout, Adam", "warm"),
    ):
        errors = runs[title]["errors"]
        end = panel.curve(drawing, [100 * error for error in errors], colour)
        drawing.words((end[0] + 14, end[1]), f"{words}: {100 * errors[-1]:.2f} %", 24, colour, "start", 600)
    return drawing


def players() -> Drawing:
    """Points in a game of Bubble Breaker, player by player, with intervals."""
    drawing = Drawing(1200, 400)
    scale = 640 / (PLAYERS[-1][1] + PLAYERS[-1][2])
    for number, (name, points, half) in enumerate(PLAYERS):
        y = 20 + 96 * number
        drawing.words((260, y + 32), name, 28, anchor="end")
        drawing.box((280, y), (points * scale, 64), "accent-soft", "accent", 4)
        low, high = (280 + (points + sign * half) * scale for sign in (-1, 1))
        drawing.line((low, y + 32), (high, y + 32), "warm", 5)
        drawing.words((high + 18, y + 32), f"{points:,} ± {half}", 28, "ink", "start", 600)
    return drawing


def trust() -> Drawing:
    """The share of test names whose region is told rightly, split at random and by family."""
    drawing = Drawing(1100, 400)
    for number, (split, shares) in enumerate(TRUST):
        left = 60 + 540 * number
        for place, (who, share, fill) in enumerate(
            zip(("counting", "a network"), shares, ("sunk", "accent-soft"), strict=True)
        ):
            height = 3 * share
            drawing.box((left + 230 * place, 320 - height), (200, height), fill, "accent", 4)
            drawing.words((left + 230 * place + 100, 356 - height), f"{share:g} %", 30, weight=600)
            drawing.words((left + 230 * place + 100, 290), who, 26)
        drawing.words((left + 215, 362), split, 28, "quiet")
    return drawing


def memory() -> Drawing:
    """Memory while a network looks at one picture, ours and its peer."""
    drawing = Drawing(540, 500, BESIDE)
    for number, (name, megabytes) in enumerate(MEMORY):
        left = 40 + 260 * number
        height = megabytes * 1.2
        drawing.box((left, 430 - height), (190, height), "accent-soft", "accent", 4)
        drawing.words((left + 95, 404 - height), f"{megabytes} MB", 32, weight=600)
        drawing.words((left + 95, 468), name, 32)
    return drawing
