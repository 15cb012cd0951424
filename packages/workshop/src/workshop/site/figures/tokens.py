"""Byte-pair encoding of one line, computed, and what a language model says: probable, and sure of it."""

from __future__ import annotations

from workshop.site.figures.drawing import Drawing
from workshop.teach import bytepairs

LINE = "the sea shells that she sells"
BYTES = 256
MERGES = (0, 3, 8)
"""After how many merges the line is shown; the merges are learned from the line itself."""


def pieces(merges: list[bytepairs.Pair]) -> list[str]:
    """Return the line's tokens as text; a space is shown as ␣."""
    spelled = bytepairs.spellings(merges)
    return [spelled[token].decode().replace(" ", "␣") for token in bytepairs.Encoder(merges).encode(LINE)]


def merged() -> Drawing:
    """Draw the tokens of the line after no merge, after a few and after more."""
    drawing = Drawing(1140, 400)
    learned = bytepairs.train(LINE, BYTES + max(MERGES))
    for row, count in enumerate(MERGES):
        tokens, top = pieces(learned[:count]), 40 + 125 * row
        drawing.words((0, top - 14), f"{count} merges: {len(tokens)} tokens", 26, "quiet", "start")
        left = 0.0
        for number, token in enumerate(tokens):
            width = 32.0 * len(token) + 4
            drawing.box((left, top + 8), (width, 58), "accent-soft" if number % 2 else "card", "line", 4)
            drawing.words((left + width / 2, top + 37), token, 28)
            left += width + 2
    return drawing


CONTINUED = (("be", 0.62), ("have", 0.14), ("sleep", 0.06))
"""Made up: what may follow, and how probable it is."""


def continued() -> Drawing:
    """Draw a beginning and three tokens that may continue it."""
    drawing = Drawing(1140, 400)
    drawing.labelled((10, 160), (360, 80), "To be or not to", "accent-soft", 34)
    for number, (token, share) in enumerate(CONTINUED):
        y = 70 + 130 * number
        drawing.arrow((374, 200), (516, y))
        drawing.labelled((520, y - 38), (170, 76), token, "card", 32)
        drawing.line((720, y), (720 + 400 * share, y), "warm", 34)
    return drawing


ASKED = (("Question: Where did Broutai live?", 600), ("Answer:", 180), ("Fouloby.", 240))
"""A question, where its answer begins, and the answer; how wide."""


def answer_only() -> Drawing:
    """Draw which tokens of a question with its answer are in the loss: all before, now the answer alone."""
    drawing = Drawing(1140, 440)
    for top, stage, counted in (
        (0, "completing: all in the loss", 3),
        (240, "answering: the answer alone", 1),
    ):
        left = 20.0
        drawing.words((left, top + 30), stage, 30, "ink", "start", 600)
        for place, (text, width) in enumerate(ASKED):
            counts = place >= len(ASKED) - counted
            drawing.labelled((left, top + 70), (width, 100), text, "accent-soft" if counts else "sunk", 32)
            left += width + 40
    return drawing


SURE = (("people it has read about", 100, 96), ("people who do not exist", 2, 53))
"""Right answers and mean confidence in percent, as the lesson *Making things up* measures them (seed 1)."""


def never_no() -> Drawing:
    """Draw for two groups of people how many answers are right, and how confident the model is."""
    drawing = Drawing(1140, 400)
    for number, (who, right, sure) in enumerate(SURE):
        top = 30 + 195 * number
        drawing.words((0, top), who, 30, "ink", "start", 600)
        for place, (what, share, colour) in enumerate(
            (("right", right, "accent"), ("confidence", sure, "warm"))
        ):
            y = top + 48 + 54 * place
            drawing.words((190, y), what, 28, anchor="end")
            drawing.line((210, y), (210 + 7.6 * share, y), colour, 34)
            drawing.words((228 + 7.6 * share, y), f"{share} %", 28, "ink", "start", 600)
    return drawing
