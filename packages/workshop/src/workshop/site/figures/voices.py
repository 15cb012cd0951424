"""Four voices: a piece by the lesson's textbook, how it becomes one sequence, and what a network made."""

from __future__ import annotations

from workshop.site.figures.drawing import Drawing

PIECE = [
    (79, 72, 64, 48), (77, 69, 62, 50), (79, 71, 62, 55), (76, 67, 64, 60),
    (76, 67, 60, 52), (74, 67, 59, 55), (72, 67, 64, 48), (72, 67, 64, 48),
    (72, 67, 64, 48), (72, 67, 64, 52), (71, 67, 62, 55), (72, 67, 64, 60),
    (72, 67, 64, 52), (74, 67, 59, 43), (76, 67, 64, 48), (76, 67, 64, 48),
]  # fmt: skip
"""Two phrases of ``workshop.teach.music.textbook.pieces(1, 1)``: soprano, alto, tenor, bass of each beat."""
NAMES = ("soprano", "alto", "tenor", "bass")
FILLS = ("warm", "accent", "good", "quiet")
ORDER = (0, 3, 1, 2)
"""In which order the lesson weaves the voices: soprano, bass, alto, tenor."""

NATS = [("counting", 0.699), ("the network", 0.539), ("the textbook itself", 0.437)]
"""Nats a note on unseen pieces, of the lesson *In four voices*."""
PARALLELS = [("what it learnt from", 0.0), ("the network", 3.9), ("the chords, shuffled", 20.6)]
"""Steps with parallel fifths or octaves, per cent; from the same place."""


def roll() -> Drawing:
    """Two phrases as a piano roll; a pitch that stays is one bar."""
    drawing = Drawing(1152, 440)
    width, unit, top = 62, 10, max(map(max, PIECE))
    for voice, (name, fill) in enumerate(zip(NAMES, FILLS, strict=True)):
        line = [beat[voice] for beat in PIECE]
        start = 0
        for at in range(1, len(line) + 1):
            if at == len(line) or line[at] != line[start]:
                corner = (4 + width * start, 6 + unit * (top - line[start]))
                drawing.box(corner, (width * (at - start) - 4, 18), fill, fill, 4)
                start = at
        drawing.words((1012, 16 + unit * (top - line[-1])), name, 26, fill, "start", 600)
    return drawing


def woven() -> Drawing:
    """Three beats of four voices above, and below them the one sequence that they become."""
    drawing = Drawing(1152, 440)
    for beat in range(3):
        for voice in range(4):
            x, y = 190 + 300 * beat, 10 + 58 * voice
            _note(drawing, (x, y), beat, voice)
        for place, voice in enumerate(ORDER):
            _note(drawing, (14 + 376 * beat + 92 * place, 370), beat, voice)
        drawing.arrow((232 + 300 * beat, 252), (194 + 376 * beat, 358))
    for voice, name in enumerate(NAMES):
        drawing.words((14, 33 + 58 * voice), name, 28, FILLS[voice], "start", 600)
    return drawing


def _note(drawing: Drawing, corner: tuple[float, float], beat: int, voice: int) -> None:
    drawing.box(corner, (84, 48), "card", FILLS[voice], 6)
    drawing.words((corner[0] + 42, corner[1] + 24), str(PIECE[beat][voice]), 28, weight=600)


def nats() -> Drawing:
    """The surprise about a note of unseen pieces: counting and the network."""
    return _bars(NATS, "{:.2f} nats", 1.1 * max(value for _, value in NATS))


def parallels() -> Drawing:
    """Steps with parallel fifths or octaves: in what was learnt, in what was written, by chance."""
    return _bars(PARALLELS, "{:.1f} %", 1.1 * max(value for _, value in PARALLELS))


def _bars(rows: list[tuple[str, float]], form: str, most: float) -> Drawing:
    drawing = Drawing(1152, 40 + 120 * len(rows))
    for number, (name, value) in enumerate(rows):
        y = 40 + 120 * number
        drawing.words((430, y + 30), name, 30, anchor="end", weight=600)
        length = 510 * value / most
        drawing.box((450, y), (max(length, 4), 60), "accent-soft", "accent", 4)
        drawing.words((470 + length, y + 30), form.format(value), 30, anchor="start", weight=600)
    return drawing
