"""The game in plain Python: the oracle that everything compiled is tested against.

It is written to be read. ``engine`` does the same a thousand times faster.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from bubblebreaker.rules import EMPTY, GREY, Board, Dice, Rules

Cell = tuple[int, int]
"""(row, column), row 0 at the top."""


class IllegalMoveError(ValueError):
    """Nothing bursts at that cell."""


class Outcome(NamedTuple):
    """What one move does: the board after it, its points, how many bubbles burst, columns that entered."""

    board: Board
    points: int
    size: int
    entered: int


def new_board(rules: Rules, dice: Dice) -> Board:
    """Return a full board, thrown column by column from the left, each from the top down."""
    board = np.zeros((rules.rows, rules.columns), np.int8)
    for column in range(rules.columns):
        board[:, column] = _random_column(rules, dice)
    return board


def group(board: Board, row: int, column: int) -> list[Cell]:
    """Return the cells that touch (row, column) in its colour, itself first; [] for empty and grey."""
    return _take(board.tolist(), row, column)


def groups(board: Board) -> list[list[Cell]]:
    """Return the groups that can burst, each with its first cell in front.

    Cells are read column by column from the left, each column from the bottom up. The first cell of
    a group in this order stands for it in lists of moves and in action masks.
    """
    rows, columns = board.shape
    left = board.tolist()
    reading = ((row, column) for column in range(columns) for row in reversed(range(rows)))
    return [cells for cell in reading if len(cells := _take(left, *cell)) >= 2]


def _take(left: list[list[int]], row: int, column: int) -> list[Cell]:
    """Empty the group at (row, column) in ``left``, lines of cells, and return where it was."""
    colour = left[row][column]
    if colour in (EMPTY, GREY):
        return []
    left[row][column] = EMPTY
    found = [(row, column)]
    for r, c in found:  # it grows while it is read
        for y, x in ((r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1)):
            if 0 <= y < len(left) and 0 <= x < len(left[0]) and left[y][x] == colour:
                left[y][x] = EMPTY
                found.append((y, x))
    return found


def moves(board: Board) -> list[Cell]:
    """Return one cell for each group that can burst, in the order of ``groups``."""
    return [cells[0] for cells in groups(board)]


def play(rules: Rules, board: Board, row: int, column: int, dice: Dice) -> Outcome:
    """Burst the group at (row, column); ``board`` itself stays as it is.

    ``dice`` throws the columns that enter, if any, and moves on. The points hold all that the rules
    give for this move: the group's, grey columns', the bonus for a cleared board and, when no move is
    left, the deduction. Raises IllegalMoveError when no group of two or more is there.
    """
    inside = 0 <= row < board.shape[0] and 0 <= column < board.shape[1]
    cells = group(board, row, column) if inside else []
    if len(cells) < 2:
        raise IllegalMoveError(f"nothing bursts at row {row}, column {column}")
    after = board.copy()
    for cell in cells:
        after[cell] = EMPTY
    after = settle(after)
    points = rules.points(len(cells))
    kept = _filled(after)
    entered = 0 if rules.refill == "none" else _filled(board) - kept
    for place in range(kept, kept + entered):
        after[:, place] = GREY if rules.refill == "grey" else _random_column(rules, dice)
    if rules.refill == "grey":
        points += rules.grey_value * entered
    return Outcome(after, points + _at_the_end(rules, after), len(cells), entered)


def settle(board: Board) -> Board:
    """Return the board after bubbles fell and columns closed up; settled boards come back as they are."""
    settled = np.zeros_like(board)
    kept = 0
    for column in board.T:
        bubbles = column[column != EMPTY]
        if len(bubbles):
            settled[len(column) - len(bubbles) :, kept] = bubbles
            kept += 1
    return settled


def _filled(board: Board) -> int:
    """Return how many columns hold a bubble."""
    return int(board.any(axis=0).sum())


def _at_the_end(rules: Rules, board: Board) -> int:
    """Return the points that this board brings when it ends the game, else 0."""
    if not board.any():
        return rules.cleared_bonus
    if rules.deduction and not moves(board):
        left = (int((board == colour).sum()) for colour in range(1, rules.colours + 1))
        return -sum((count - 2) ** 2 for count in left if count)
    return 0


def _random_column(rules: Rules, dice: Dice) -> list[int]:
    return [dice.colour(rules.colours) for _ in range(rules.rows)]


@dataclass
class Game:
    """A game in progress. ``Game.seeded(rules, seed)`` throws a board; ``Game(rules, board)`` takes one."""

    rules: Rules
    board: Board
    dice: Dice = field(default_factory=lambda: Dice.seeded(0))
    score: int = 0
    played: list[Cell] = field(default_factory=list)

    @classmethod
    def seeded(cls, rules: Rules, seed: int) -> Game:
        """Return the game of a seed from 0 to 2³² - 1: its board, and every column that will enter."""
        dice = Dice.seeded(seed)
        return cls(rules, new_board(rules, dice), dice)

    @property
    def over(self) -> bool:
        """Whether no move is left."""
        return not moves(self.board)

    def play(self, row: int, column: int) -> int:
        """Make a move and return its points; IllegalMoveError leaves the game as it was."""
        outcome = play(self.rules, self.board, row, column, self.dice)
        self.board = outcome.board
        self.score += outcome.points
        self.played.append((row, column))
        return outcome.points
