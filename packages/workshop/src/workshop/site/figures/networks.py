"""Networks as circles and boxes: a neuron, layers, an inception module, a residual block, a recurrent net."""

from __future__ import annotations

from itertools import pairwise

from workshop.site.figures.drawing import Drawing, Point


def neuron() -> Drawing:
    """One neuron: inputs, weights, a sum, a bend."""
    drawing = Drawing(760, 300)
    rows = (60.0, 150.0, 240.0)
    for number, y in enumerate(rows, start=1):
        drawing.arrow((82, y), (322, 150 + (y - 150) * 0.25))
        drawing.circle((56, y), 26)
        drawing.words((56, y), f"x{number}")
        drawing.words((186, 150 + (y - 150) * 0.72 - 16), f"w{number}", 20, "accent")
    drawing.circle((366, 150), 44, "accent-soft", "accent")
    drawing.words((366, 150), "sum", 24)
    drawing.arrow((410, 150), (492, 150))
    drawing.box((492, 112), (92, 76), "accent-soft", "accent")
    drawing.curve([(508, 170), (538, 170), (568, 130)])
    drawing.arrow((584, 150), (676, 150))
    drawing.circle((704, 150), 26)
    drawing.words((704, 150), "y")
    drawing.words((538, 214), "activation", 20, "quiet")
    return drawing


def dense() -> Drawing:
    """A dense network of 3, 5, 4 and 2 units: every unit sees every unit before it."""
    return layers([3, 5, 4, 2], ["input", "hidden", "hidden", "output"])


def layers(sizes: list[int], names: list[str]) -> Drawing:
    """Return fully connected layers of ``sizes`` units, a column each, with a name below."""
    drawing = Drawing(190 * len(sizes), 380)
    columns = [_column(95 + 190 * number, size) for number, size in enumerate(sizes)]
    for left, right in pairwise(columns):
        for start in left:
            for end in right:
                drawing.line(start, end, "line", 1.5)
    last = len(columns) - 1
    for number, (column, name) in enumerate(zip(columns, names, strict=True)):
        for unit in column:
            drawing.circle(unit, 22, "card" if number in (0, last) else "accent-soft")
        drawing.words((column[0][0], 356), name, 22, "quiet")
    return drawing


def _column(x: float, size: int) -> list[Point]:
    return [(x, 166 + (number - (size - 1) / 2) * 62) for number in range(size)]


def inception() -> Drawing:
    """An inception module (Szegedy et al. 2015, "Going deeper with convolutions", figure 2b)."""
    drawing = Drawing(900, 400)
    middle = [("1×1", None), ("1×1", "3×3"), ("1×1", "5×5"), ("pool", "1×1")]
    drawing.labelled((350, 340), (200, 48), "the layer before", "sunk")
    drawing.labelled((310, 12), (280, 48), "all of it, stacked", "accent-soft")
    for number, (low, high) in enumerate(middle):
        x = 60 + number * 205
        drawing.arrow((450, 340), (x + 82, 298))
        drawing.labelled((x, 246), (165, 48), low)
        top = 246
        if high:
            drawing.arrow((x + 82, 246), (x + 82, 184))
            drawing.labelled((x, 132), (165, 48), high, "accent-soft")
            top = 132
        drawing.arrow((x + 82, top), (450 + (x - 367) * 0.3, 64))
    return drawing


def residual() -> Drawing:
    """A plain block and a residual one (He et al. 2016, "Deep residual learning", figure 2)."""
    drawing = Drawing(900, 400)
    for left, name in ((60, "plain"), (470, "residual")):
        drawing.words((left + 100, 24), "x", 30)
        drawing.arrow((left + 100, 42), (left + 100, 88))
        drawing.labelled((left, 90), (200, 54), "weights, bend")
        drawing.arrow((left + 100, 144), (left + 100, 186))
        drawing.labelled((left, 188), (200, 54), "weights")
        drawing.arrow((left + 100, 242), (left + 100, 284))
        drawing.arrow((left + 100, 328), (left + 100, 364))
        drawing.words((left - 10, 380), name, 26, "quiet", "start")
    drawing.line((160, 284), (160, 330), "quiet", 2.5)
    drawing.circle((570, 306), 22, "accent-soft", "accent")
    drawing.words((570, 306), "+", 30)
    drawing.curve([(570, 62), (760, 62), (760, 306), (606, 306)], "accent", 3.5)
    drawing.polygon([(606, 298), (592, 306), (606, 314)], "accent")
    drawing.words((774, 180), "x, as it is", 26, "accent", "start")
    return drawing


def recurrent() -> Drawing:
    """A recurrent network, drawn once for each character; its state walks from left to right."""
    drawing = Drawing(860, 330)
    for number, (given, wanted) in enumerate(zip("hell", "ello", strict=True)):
        x = 110 + number * 200
        drawing.words((x, 306), given, 28)
        drawing.arrow((x, 284), (x, 212))
        drawing.labelled((x - 55, 150), (110, 60), "state", "accent-soft")
        drawing.arrow((x, 150), (x, 70))
        drawing.words((x, 44), f"{wanted} ?", 28, "accent")
        if number:
            drawing.arrow((x - 145, 180), (x - 57, 180), "accent")
    return drawing


def transfer() -> Drawing:
    """Transfer learning: what was trained on a million pictures stays, a small classifier goes on top."""
    drawing = Drawing(900, 340)
    drawing.labelled((10, 85), (140, 130), "your\npicture", "sunk")
    drawing.arrow((150, 150), (196, 150))
    for number in range(5):
        drawing.box((200 + number * 56, 20 + number * 22), (44, 260 - number * 44), "accent-soft", "accent")
    drawing.words((334, 312), "trained on 1.3 million pictures; frozen", 20, "quiet")
    drawing.arrow((478, 150), (536, 150))
    drawing.labelled((540, 85), (130, 130), "1,280\nnumbers", "sunk")
    drawing.arrow((670, 150), (716, 150))
    drawing.labelled((720, 85), (170, 130), "your classes", "card")
    drawing.words((740, 252), "the only part that learns", 20, "warm")
    return drawing


def style() -> Drawing:
    """Style transfer: one picture is changed until the network sees this content and that style."""
    drawing = Drawing(900, 300)
    drawing.labelled((20, 20), (180, 70), "photo", "sunk")
    drawing.labelled((20, 210), (180, 70), "painting", "sunk")
    drawing.labelled((20, 115), (180, 70), "new picture", "accent-soft")
    drawing.labelled((330, 85), (200, 130), "one network,\nfrozen", "card")
    for y in (55.0, 150.0, 245.0):
        drawing.arrow((200, y), (328, 150 + (y - 150) * 0.35))
    drawing.arrow((530, 118), (628, 75))
    drawing.arrow((530, 182), (628, 225))
    drawing.labelled((632, 30), (250, 84), "activations of a\ndeep layer: content")
    drawing.labelled((632, 186), (250, 84), "which filters fire\ntogether: style")
    drawing.words((212, 12), "change the picture, not the weights", 20, "warm", "start")
    return drawing


def squeeze() -> Drawing:
    """An autoencoder: a picture is made narrow and wide again, and what remains is measured."""
    drawing = Drawing(1152, 400)
    sizes = {"784": 320, "256": 210, "64": 130, "16": 64}
    names = [*sizes, "64", "256", "784"]
    for place, name in enumerate(names):
        height = sizes[name]
        drawing.labelled((14 + 117 * place, 200 - height / 2), (70, height), name, "accent-soft", 26)
        if place:
            drawing.arrow((117 * place - 33, 200), (117 * place + 12, 200))
    drawing.words((814, 200), "−", 44)
    drawing.labelled((844, 40), (70, 320), "784", "sunk", 26)
    drawing.words((946, 200), "=", 44)
    drawing.words((976, 184), "what", 32, "warm", "start", 600)
    drawing.words((976, 222), "remains", 32, "warm", "start", 600)
    drawing.words((52, 384), "picture", 26, "quiet")
    drawing.words((732, 384), "made again", 26, "quiet")
    drawing.words((880, 384), "picture", 26, "quiet")
    return drawing
