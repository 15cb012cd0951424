"""Looking one move ahead: every move is tried, and the best one is made."""

from __future__ import annotations

import numpy as np
import pytest
from building import Nothing

from bubblebreaker import reference
from bubblebreaker.cells import pack
from bubblebreaker.engine import new_boards, step
from bubblebreaker.rules import BUBBLE_BREAKER, SAMEGAME, Rules
from bubblebreaker.value.ahead import choose, ends, look_ahead, play
from bubblebreaker.value.features import Floats, describe

SMALL = SAMEGAME.having(rows=6, columns=7, colours=3)
THROWN = BUBBLE_BREAKER.having(rows=4, columns=4, colours=3)


class Fewest:
    """Thinks that a board is worth less the more bubbles are on it."""

    def worth(self, told: Floats) -> Floats:
        return -1000 * told[:, -14]


def test_worth_counts_as_points_do() -> None:
    board = np.array([[1, 0, 0], [1, 2, 2], [3, 2, 2]], np.int8)
    assert choose(SAMEGAME.having(rows=3, columns=3), board, Nothing()) == (2, 1)
    board = np.array([[1, 1, 1], [2, 2, 3], [2, 2, 3]], np.int8)
    row, column = choose(SAMEGAME.having(rows=3, columns=3), board, Fewest())
    assert board[row, column] == 2


def test_nothing_is_hoped_for_after_the_end() -> None:
    class Hopeful:
        def worth(self, told: Floats) -> Floats:
            return np.full(len(told), 1e6, np.float32)

    boards = np.array([[[1, 1, 2]], [[1, 1, 1]], [[1, 1, 0]]], np.int8)
    ahead = look_ahead(SAMEGAME.having(rows=1, columns=3), boards, Hopeful())
    assert ahead.last.tolist() == [True, True, True]
    assert ahead.worth.tolist() == [0, 0, 0]


def test_a_column_yet_to_be_thrown_is_hope() -> None:
    boards = np.array([[[1, 2, -1]], [[1, 2, 0]], [[1, 1, -1]]], np.int8)
    told = describe(boards, 5)
    thrown = BUBBLE_BREAKER.having(rows=1, columns=3)
    assert ends(thrown, told).tolist() == [False, True, False]
    assert ends(thrown.having(refill="grey"), told).tolist() == [True, True, False]


@pytest.mark.parametrize("rules", [SMALL, THROWN])
def test_games_side_by_side_are_games_alone(rules: Rules) -> None:
    boards, dice = new_boards(rules, range(12))
    alone = [(boards[i : i + 1].copy(), dice[i : i + 1].copy()) for i in range(12)]
    points, moves = play(rules, boards, dice, Fewest(), limit=60)
    for i, (board, die) in enumerate(alone):
        score = made = 0
        while made < 60 and reference.moves(board[0]):
            row, column = choose(rules, board[0], Fewest())
            gained, _, _ = step(pack(rules), board, die, np.array([row * rules.columns + column]))
            score, made = score + int(gained[0]), made + 1
        assert (points[i], moves[i]) == (score, made)
        assert np.array_equal(board[0], boards[i])
