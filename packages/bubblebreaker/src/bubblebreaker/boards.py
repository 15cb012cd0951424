"""Files of boards in the format of SameGame's standard boards, and the referee of games on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from bubblebreaker import reference
from bubblebreaker.rules import Board, Dice, Rules


class BoardsError(ValueError):
    """A file that holds no such boards, or a game that breaks the rules; the message says where."""


def read_boards(path: Path, rules: Rules) -> list[Board]:
    """Return the boards of a file: blocks of lines, an empty line between two boards.

    Each line is a row, the top one first, of colours from 0 to ``rules.colours`` - 1 with spaces between.
    Raises BoardsError, which names the line, for anything else.
    """
    try:
        text = path.read_text(encoding="ascii")
    except UnicodeDecodeError as error:
        raise BoardsError(
            f"{path} is not a file of boards: it contains more than digits and spaces"
        ) from error
    boards, block = [], list[list[int]]()
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if line.strip():
            block.append(_read_row(f"{path}, line {number}", line, rules))
            if len(block) > rules.rows:
                raise BoardsError(
                    f"{path}, line {number}: a board has {rules.rows} lines; leave one empty after it"
                )
        elif block:
            if len(block) < rules.rows:
                raise BoardsError(
                    f"{path}, line {number}: a board ends after {len(block)} of {rules.rows} lines"
                )
            boards.append(np.array(block, np.int8) + np.int8(1))
            block = []
    if not boards:
        raise BoardsError(
            f"{path} contains no board; it needs {rules.rows} lines of {rules.columns} colours each"
        )
    return boards


def _read_row(where: str, line: str, rules: Rules) -> list[int]:
    words = line.split()
    if len(words) != rules.columns:
        raise BoardsError(f"{where}: {len(words)} cells; a row has {rules.columns}, with spaces between")
    for word in words:
        if not (word.isdigit() and int(word) < rules.colours):
            raise BoardsError(f"{where}: {word!r} is not a colour; colours are 0 to {rules.colours - 1}")
    return [int(word) for word in words]


def write_boards(path: Path, boards: Iterable[Board]) -> None:
    """Write full boards into a file that ``read_boards`` reads."""
    blocks = (
        "\n".join(" ".join(str(cell - 1) for cell in row) for row in board.tolist()) for board in boards
    )
    path.write_text("\n\n".join(blocks) + "\n", encoding="ascii")


def referee(rules: Rules, board: Board, moves: Sequence[tuple[int, int]]) -> int:
    """Replay a game by the plain Python rules and return its points.

    Raises BoardsError when a move bursts nothing or when moves are left at the end.
    """
    game = reference.Game(rules, board, Dice.seeded(0))
    for number, (row, column) in enumerate(moves, 1):
        try:
            game.play(row, column)
        except reference.IllegalMoveError as error:
            raise BoardsError(f"move {number} of the game is illegal: {error}") from error
    if not game.over:
        raise BoardsError(f"the game ends after {len(moves)} moves, but moves are left")
    return game.score
