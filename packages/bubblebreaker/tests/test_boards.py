"""Files of boards are read exactly, bad ones are refused in one line; the referee believes nobody."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from building import SMALL

from bubblebreaker import engine, reference
from bubblebreaker.boards import BoardsError, read_boards, referee, write_boards
from bubblebreaker.rules import SAMEGAME

RULES = SAMEGAME.having(rows=2, columns=3)


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    boards, _ = engine.new_boards(SAMEGAME, range(3))
    write_boards(tmp_path / "boards", boards)
    again = read_boards(tmp_path / "boards", SAMEGAME)
    assert (np.array(again) == boards).all()


@pytest.mark.parametrize("text", ["0 1 2\n3 4 0\n\n4 4 4\n0 0 0\n", "\n\n0 1 2 \n3 4 0\r\n\n\n4 4 4\n0 0 0"])
def test_spaces_at_ends_and_empty_lines_do_not_matter(tmp_path: Path, text: str) -> None:
    (tmp_path / "boards").write_text(text)
    first, second = read_boards(tmp_path / "boards", RULES)
    assert first.tolist() == [[1, 2, 3], [4, 5, 1]]
    assert second.tolist() == [[5, 5, 5], [1, 1, 1]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "contains no board"),
        ("0 1 2\n", "line 2: a board ends after 1 of 2"),
        ("0 1 2\n0 1 2\n0 1 2\n", "line 3: a board has 2 lines"),
        ("0 1\n0 1 2\n", "line 1: 2 cells; a row has 3"),
        ("0 1 2\n0 1 2 3\n", "line 2: 4 cells"),
        ("0 1 5\n0 1 2\n", "line 1: '5' is not a colour"),
        ("0 1 -1\n0 1 2\n", "'-1' is not a colour"),
        ("0 1 x\n0 1 2\n", "'x' is not a colour"),
        ("0 1 é\n", "more than digits"),
    ],
)
def test_anything_else_is_refused_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "boards").write_text(text, encoding="utf-8")
    with pytest.raises(BoardsError, match=message) as caught:
        read_boards(tmp_path / "boards", RULES)
    assert "\n" not in str(caught.value)


def test_the_referee_counts_a_whole_game() -> None:
    game = reference.Game.seeded(SMALL, 4)
    board = game.board.copy()
    while cells := reference.moves(game.board):
        game.play(*cells[-1])
    assert referee(SMALL, board, game.played) == game.score
    with pytest.raises(BoardsError, match="moves are left"):
        referee(SMALL, board, game.played[:-1])
    with pytest.raises(BoardsError, match="move 1 of the game is illegal"):
        referee(SMALL, board, [(-1, 0)])
