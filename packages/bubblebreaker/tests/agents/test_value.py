"""The agent with a value network makes the move that the network prefers."""

from __future__ import annotations

import numpy as np

from bubblebreaker import reference
from bubblebreaker.agents.value import ValueAgent
from bubblebreaker.rules import BUBBLE_BREAKER


class Nothing:
    """Thinks that no board is worth anything, so that only the points of the move count."""

    def worth(self, told: np.ndarray) -> np.ndarray:
        return np.zeros(len(told), np.float32)


def test_without_a_future_it_is_greedy() -> None:
    game = reference.Game.seeded(BUBBLE_BREAKER, 3)
    agent = ValueAgent(BUBBLE_BREAKER, Nothing())
    agent.begin(game.board)
    row, column = agent.choose(game.board) or (-1, -1)
    largest = max(len(cells) for cells in reference.groups(game.board))
    assert len(reference.group(game.board, row, column)) == largest
    assert agent.choose(np.zeros((14, 10), np.int8)) is None


def test_a_rule_of_somebody_elses_chooses() -> None:
    game = reference.Game.seeded(BUBBLE_BREAKER, 3)
    seen: list[int] = []

    def last(points: np.ndarray, worth: np.ndarray) -> int:
        assert len(points) == len(worth)
        seen.append(len(points))
        return len(points) - 1

    moves = reference.moves(game.board)
    assert ValueAgent(BUBBLE_BREAKER, Nothing(), last).choose(game.board) == moves[-1]
    assert seen == [len(moves)]
