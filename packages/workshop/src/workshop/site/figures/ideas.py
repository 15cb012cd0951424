"""Ideas as small drawings: a loss, a backward pass, folds, threads, a cell; every number is computed."""

from __future__ import annotations

from zlib import crc32

from workshop.site.figures.drawing import BESIDE, Drawing

POINTS = [(0.5, 1.1), (1.5, 1.4), (2.5, 2.9), (3.5, 2.6), (4.5, 4.1), (5.5, 4.3)]


def fitted(points: list[tuple[float, float]]) -> tuple[float, float]:
    """Return slope and height at 0 of the line that has the least squares."""
    mean_x, mean_y = (sum(each) / len(points) for each in zip(*points, strict=True))
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)
    return slope, mean_y - slope * mean_x


def loss() -> Drawing:
    """Examples, what a line answers, and how far it is off: squares whose mean is the loss."""
    drawing = Drawing(940, 420)
    slope, start = fitted(POINTS)
    total = 0.0
    for x, y in POINTS:
        off = y - (slope * x + start)
        total += off**2
        side = abs(off) * 82
        at = (60 + x * 130, 396 - max(y, slope * x + start) * 82)
        drawing.box(at, (side, side), "accent-soft", "accent", 0)
        drawing.circle((60 + x * 130, 396 - y * 82), 9, "ink", "ink")
    ends = [(60 + x * 130, 396 - (slope * x + start) * 82) for x in (0.0, 6.0)]
    drawing.curve(ends, "warm", 5)
    drawing.words(
        (380, 362), f"loss = mean of the squares = {total / len(POINTS):.2f}", 26, "ink", "start", 600
    )
    return drawing


def backward() -> Drawing:
    """The chain rule on one neuron: values forward above the boxes, gradients backward below them."""
    x, w, b, wanted = 2.0, 1.5, -1.0, 5.0
    product = w * x
    answer = product + b
    off = answer - wanted
    by_answer = 2 * off
    drawing = Drawing(1120, 330)
    steps = [
        ("× x", product, by_answer),
        ("+ b", answer, by_answer),
        ("− wanted", off, by_answer),
        ("square", off**2, 1.0),
    ]
    drawing.labelled((10, 120), (130, 80), "w", "sunk", 32)
    drawing.words((75, 84), f"{w:g}", 30)
    drawing.words((75, 246), f"{by_answer * x:g}".replace("-", "−"), 34, "warm", weight=700)
    for number, (name, value, slope) in enumerate(steps):
        left = 230 + 232 * number
        drawing.arrow((left - 88, 144), (left - 2, 144))
        drawing.arrow((left, 178), (left - 86, 178), "warm", 4)
        drawing.labelled((left, 120), (142, 80), name, "accent-soft", 26)
        drawing.words((left + 71, 84), f"{value:g}".replace("-", "−"), 30)
        drawing.words((left + 71, 246), f"{slope:g}".replace("-", "−"), 30, "warm")
    drawing.words(
        (10, 30),
        f"x = {x:g}, b = {b:g}, wanted {wanted:g}: values forward".replace("-", "−"),
        28,
        "quiet",
        "start",
    )
    drawing.words((10, 306), "gradients backward: each times the one after it", 28, "warm", "start")
    return drawing


def graph() -> Drawing:
    """Logistic regression as Theano keeps it: a graph of symbols, and the slope that it derives."""
    drawing = Drawing(520, 520, BESIDE)
    drawing.labelled((20, 430), (90, 64), "w", "accent-soft", 30)
    drawing.labelled((150, 430), (90, 64), "x", "sunk", 30)
    drawing.labelled((300, 430), (90, 64), "t", "sunk", 30)
    for number, name in enumerate(["dot", "sigmoid", "cross-entropy"]):
        drawing.labelled((30, 318 - 112 * number), (230, 66), name, "card", 28)
        if number:
            drawing.arrow((145, 430 - 112 * number), (145, 386 - 112 * number))
    drawing.arrow((65, 430), (110, 386))
    drawing.arrow((195, 430), (180, 386))
    drawing.arrow((345, 430), (262, 130))
    drawing.labelled((30, 6), (230, 58), "loss", "accent-soft", 28)
    drawing.arrow((145, 94), (145, 66))
    drawing.curve([(262, 34), (470, 34), (470, 506), (66, 506), (66, 502)], "warm", 4)
    drawing.words((400, 272), "slope", 28, "warm", "middle", 600)
    return drawing


def folds() -> Drawing:
    """Five folds: each picture is held back once, and the mean of five measures is told."""
    drawing = Drawing(900, 380)
    for row in range(5):
        for part in range(5):
            held = row == part
            drawing.box(
                (20 + part * 112, 20 + row * 62), (104, 50), "accent" if held else "accent-soft", "accent", 6
            )
        drawing.arrow((586, 45 + row * 62), (640, 45 + row * 62))
        drawing.words((660, 45 + row * 62), f"measure {row + 1}", 26, anchor="start")
    drawing.words((20, 356), "filled: held back", 28, "accent", "start", 600)
    drawing.words((890, 356), "then their mean", 26, "warm", "end", 600)
    return drawing


def threads() -> Drawing:
    """Two threads on two cores that other work needs, too: each waits for the other at every step."""
    drawing = Drawing(1000, 300)
    busy = [((0, 120), (200, 330), (420, 520), (640, 780)), ((0, 190), (200, 260), (420, 620), (640, 700))]
    for row, pieces in enumerate(busy):
        y = 40 + 110 * row
        drawing.words((150, y + 35), f"thread {row + 1}", 28, anchor="end")
        drawing.box((170, y), (780, 70), "sunk", "line", 6)
        for start, end in pieces:
            drawing.box((170 + start, y), (end - start, 70), "accent-soft", "accent", 6)
    for end in (190, 330, 620):
        drawing.line((170 + end + 8, 24), (170 + end + 8, 240), "warm", 4, "8 6")
    drawing.words((560, 278), "grey: waiting for the other one", 28, "warm")
    return drawing


def cell() -> Drawing:
    """A notebook's cell, and the two keys that run it."""
    drawing = Drawing(900, 300)
    drawing.box((20, 30), (480, 210), "card", "accent", 12)
    drawing.words((50, 85), "[1]:", 30, "quiet", "start")
    drawing.words((120, 85), "2 + 2", 34, "ink", "start", 600)
    drawing.line((40, 140), (480, 140))
    drawing.words((120, 192), "4", 34, "ink", "start")
    drawing.arrow((620, 135), (514, 135), "warm", 5)
    drawing.labelled((630, 95), (120, 80), "Shift", "sunk", 30)
    drawing.words((770, 135), "+", 34)
    drawing.labelled((790, 95), (105, 80), "Enter", "sunk", 30)
    return drawing


def upgrade() -> Drawing:
    """What an update does to a lesson that somebody has written in."""
    drawing = Drawing(960, 300)
    drawing.labelled((4, 20), (276, 100), "the lesson\nwith your answer", "accent-soft", 26)
    drawing.labelled((4, 180), (276, 100), "our newer\nlesson", "sunk", 26)
    drawing.arrow((280, 70), (428, 130), "accent", 4)
    drawing.arrow((280, 230), (428, 170), "quiet", 4)
    drawing.labelled((430, 90), (140, 120), "U", "card", 64)
    drawing.arrow((570, 150), (668, 150), "ink", 4)
    drawing.labelled((670, 90), (286, 120), "the newer lesson,\nyour answer in it", "accent-soft", 26)
    return drawing


def watching() -> Drawing:
    """A run writes into a folder, TensorBoard reads it."""
    drawing = Drawing(1000, 400)
    drawing.labelled((20, 30), (220, 250), "model.fit", "accent-soft", 32)
    drawing.arrow((240, 155), (378, 155), "ink", 4)
    drawing.words((309, 122), "writes", 26, "quiet")
    drawing.labelled((380, 30), (220, 250), "a folder", "sunk", 32)
    drawing.arrow((738, 155), (602, 155), "warm", 4)
    drawing.words((669, 122), "reads", 26, "warm")
    drawing.labelled((740, 30), (240, 250), "TensorBoard", "card", 32)
    drawing.words((500, 350), "neither has to know the other", 30, "quiet")
    return drawing


def keep() -> Drawing:
    """Three things to keep, each as a sign: a slope, a part held back, a borrowed network."""
    drawing = Drawing(1100, 430)
    drawing.curve([(20 + step * 3, 320 - 0.0125 * (step * 3 - 150) ** 2) for step in range(101)], "accent", 6)
    drawing.circle((70, 132), 18, "warm", "warm")
    drawing.arrow((88, 160), (138, 264), "warm", 5)
    for part in range(5):
        fill = "warm" if part == 4 else "accent-soft"
        drawing.box((420 + part * 54, 40), (46, 280), fill, "accent", 6)
    for number in range(4):
        drawing.box((790 + number * 56, 40 + number * 26), (44, 280 - number * 52), "accent-soft", "accent")
    drawing.box((1020, 125), (64, 110), "warm", "warm")
    for x, words in ((170, "walk downhill"), (554, "hold back"), (920, "borrow")):
        drawing.words((x, 384), words, 34, "ink", weight=600)
    return drawing


def hands(question: str) -> Drawing:
    """Three raised hands, for a question that is answered without phones; each question has its own."""
    drawing = Drawing(390, 500, (390, 500))
    chance = crc32(question.encode())
    left, right, middle = chance % 7, chance // 7 % 7, chance // 49 % 5
    _hand(drawing, (14, 60 + 18 * left), 1.0, "sunk")
    _hand(drawing, (232, 60 + 18 * right), 1.0, "sunk")
    _hand(drawing, (62 + 16 * middle, 40), 1.35, "accent-soft")
    return drawing


def _hand(drawing: Drawing, corner: tuple[float, float], size: float, fill: str) -> None:
    """Draw an arm, a palm, a thumb and four fingers, 140 x 330 units times ``size``."""

    def part(
        x: float, y: float, width: float, height: float, edge: str = "accent", round_by: float = 13
    ) -> None:
        at = (corner[0] + x * size, corner[1] + y * size)
        drawing.box(at, (width * size, height * size), fill, edge, round_by * size)

    part(42, 170, 66, 160)
    for number, top in enumerate((34, 8, 0, 18)):
        part(20 + 29 * number, top, 26, 120)
    part(128, 108, 26, 74)
    part(20, 92, 113, 110, round_by=30)
