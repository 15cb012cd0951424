"""Reinforcement learning: the loop of agent and game, a Bubble Breaker board, one step of look-ahead."""

from __future__ import annotations

from collections.abc import Sequence

from workshop.site.figures.drawing import Drawing, Point

COLOURS = ("card", "accent", "warm", "good", "wait")
BOARD: Sequence[str] = ("1223", "1123", "3122", "3312")
"""A small board, its top line first; a digit is a colour."""

Cell = tuple[int, int]


def group_at(board: Sequence[str], start: Cell) -> set[Cell]:
    """Return the cells that hang together with ``start`` by sides and have its colour."""
    colour, group, waiting = board[start[0]][start[1]], {start}, [start]
    while waiting:
        row, column = waiting.pop()
        for cell in ((row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)):
            inside = 0 <= cell[0] < len(board) and 0 <= cell[1] < len(board[0])
            if inside and cell not in group and board[cell[0]][cell[1]] == colour:
                group.add(cell)
                waiting.append(cell)
    return group


def points(cells: int) -> int:
    """Return what Bubble Breaker pays for a group: 4 for a pair, else n(n-1)."""
    return 4 if cells == 2 else cells * (cells - 1)


def loop() -> Drawing:
    """The agent acts, the game answers with a new state and a reward."""
    drawing = Drawing(900, 340)
    drawing.labelled((20, 50), (240, 240), "agent", "accent-soft", 36)
    drawing.labelled((640, 50), (240, 240), "game", "card", 36)
    drawing.arrow((260, 120), (638, 120), "quiet", 4)
    drawing.words((450, 90), "move", 30)
    drawing.arrow((640, 220), (262, 220), "warm", 4)
    drawing.words((450, 256), "new board, points", 30, "warm")
    return drawing


def bubbles() -> Drawing:
    """A board with one group marked, and what the group is worth."""
    drawing = Drawing(760, 300)
    group = group_at(BOARD, (0, 1))
    _board(drawing, (30, 20), 64, marked=group)
    drawing.words((330, 90), f"{len(group)} bubbles hang together:", 26, anchor="start")
    drawing.words(
        (330, 140), f"{len(group)} × {len(group) - 1} = {points(len(group))} points", 32, "warm", "start", 600
    )
    drawing.words((330, 200), "They go, the rest falls down,", 22, "quiet", "start")
    drawing.words((330, 230), "an emptied column is closed up.", 22, "quiet", "start")
    return drawing


def _board(drawing: Drawing, corner: Point, side: float, marked: set[Cell]) -> None:
    for row, line in enumerate(BOARD):
        for column, digit in enumerate(line):
            centre = (corner[0] + (column + 0.5) * side, corner[1] + (row + 0.5) * side)
            inside = (row, column) in marked
            drawing.circle(centre, side * 0.4, COLOURS[int(digit)], "ink" if inside else "line")
            drawing.words(centre, digit, side * 0.34, "paper")
            if inside:
                drawing.circle(centre, side * 0.47, "none", "ink")


def look_ahead() -> Drawing:
    """Every move is tried, the network values the board after it, the best sum is played."""
    drawing = Drawing(980, 330)
    drawing.labelled((20, 125), (150, 80), "board now", "sunk")
    moves = [(4, 61), (12, 58), (4, 70)]
    best = max(range(len(moves)), key=lambda number: sum(moves[number]))
    for number, (gain, value) in enumerate(moves):
        y = 20 + number * 105
        stroke = "warm" if number == best else "quiet"
        drawing.arrow((170, 165), (268, y + 40), stroke)
        drawing.labelled((270, y), (170, 80), f"move {number + 1}:\n{gain} points")
        drawing.arrow((440, y + 40), (508, y + 40))
        drawing.labelled((510, y), (190, 80), f"network says:\n{value} to come", "accent-soft")
        words = f"{gain} + {value} = {gain + value}"
        drawing.words((730, y + 40), words, 26, stroke, "start", 600 if number == best else 400)
    return drawing
