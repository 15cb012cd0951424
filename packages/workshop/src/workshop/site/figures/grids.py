"""Grids of numbers: a convolution, max pooling, a Gram matrix; every number shown is computed."""

from __future__ import annotations

from collections.abc import Sequence

from workshop.site.figures.drawing import Drawing, Point

Grid = Sequence[Sequence[float]]

PICTURE: Grid = [
    [0, 0, 0, 9, 9, 9],
    [0, 0, 0, 9, 9, 9],
    [0, 0, 0, 9, 9, 9],
    [0, 0, 0, 0, 9, 9],
    [0, 0, 0, 0, 9, 9],
]
EDGE: Grid = [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]]


def correlate(picture: Grid, filter_: Grid) -> list[list[float]]:
    """Return the filter's answers at every place where it fits inside the picture."""
    rows, columns = len(filter_), len(filter_[0])
    return [
        [
            sum(picture[i + r][j + c] * filter_[r][c] for r in range(rows) for c in range(columns))
            for j in range(len(picture[0]) - columns + 1)
        ]
        for i in range(len(picture) - rows + 1)
    ]


def convolution() -> Drawing:
    """A 3x3 filter for upright edges slides over a small picture."""
    drawing = Drawing(920, 330)
    _grid(drawing, (20, 40), PICTURE, 46)
    drawing.box((20 + 46 * 2, 40), (46 * 3, 46 * 3), "none", "warm", 4)
    drawing.words((340, 155), "·", 40)
    _grid(drawing, (376, 86), EDGE, 46)
    drawing.words((566, 155), "=", 36)
    answers = correlate(PICTURE, EDGE)
    _grid(drawing, (620, 86), answers, 66)
    drawing.box((620 + 66 * 2, 86), (66, 66), "none", "warm", 4)
    for x, words in ((158, "picture"), (445, "filter"), (752, "its outputs")):
        drawing.words((x, 306), words, 22, "quiet")
    return drawing


def pooled(grid: Grid) -> list[list[float]]:
    """Return the largest number of every 2x2 block."""
    return [
        [
            max(grid[i][j], grid[i][j + 1], grid[i + 1][j], grid[i + 1][j + 1])
            for j in range(0, len(grid[0]) - 1, 2)
        ]
        for i in range(0, len(grid) - 1, 2)
    ]


POOL_ME: Grid = [[1, 3, 0, 2], [4, 2, 1, 0], [0, 1, 7, 5], [2, 0, 6, 8]]


def pooling() -> Drawing:
    """Max pooling: of every 2x2 block the largest answer stays."""
    drawing = Drawing(640, 280)
    _grid(drawing, (20, 20), POOL_ME, 58)
    for row in range(2):
        for column in range(2):
            drawing.box((20 + 116 * column, 20 + 116 * row), (116, 116), "none", "warm", 4)
    drawing.arrow((282, 136), (376, 136))
    _grid(drawing, (400, 20 + 42), pooled(POOL_ME), 74)
    return drawing


def gram_matrix(maps: Grid) -> list[list[float]]:
    """Return how much each pair of filters fires in the same places; ``maps`` is (filters, places)."""
    return [[sum(a * b for a, b in zip(one, other, strict=True)) for other in maps] for one in maps]


MAPS: Grid = [[1, 0, 2, 0, 1, 0], [1, 0, 2, 1, 0, 0], [0, 2, 0, 0, 0, 3]]


def gram() -> Drawing:
    """Three filters' answers at six places, and their Gram matrix."""
    drawing = Drawing(960, 380)
    _grid(drawing, (110, 30), MAPS, 72)
    for number in range(3):
        drawing.words((96, 66 + 72 * number), f"filter {number + 1}", 24, "quiet", "end")
    drawing.words((326, 290), "places in the picture", 26, "quiet")
    drawing.arrow((552, 138), (640, 138))
    _grid(drawing, (660, 30), gram_matrix(MAPS), 72)
    drawing.words((768, 290), "fire together?", 26, "quiet")
    drawing.words((480, 350), "G = Σ F · F, summed over the places", 28, "ink", weight=600)
    return drawing


def _grid(drawing: Drawing, corner: Point, numbers: Grid, side: float) -> None:
    """Draw the numbers in squares; the larger, the stronger the square's colour."""
    largest = max(abs(number) for row in numbers for number in row) or 1
    for r, row in enumerate(numbers):
        for c, number in enumerate(row):
            at = (corner[0] + c * side, corner[1] + r * side)
            drawing.box(at, (side, side), "accent-soft" if abs(number) > largest / 2 else "card", "line", 0)
            drawing.words((at[0] + side / 2, at[1] + side / 2), f"{number:g}".replace("-", "−"), side * 0.4)
