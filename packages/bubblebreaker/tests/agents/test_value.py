"""The agent with a value network makes the move that the network prefers."""

from __future__ import annotations

import numpy as np
from building import Nothing

from bubblebreaker import reference
from bubblebreaker.agents.value import ValueAgent
from bubblebreaker.rules import BUBBLE_BREAKER


def test_without_a_future_it_is_greedy() -> None:
    game = reference.Game.seeded(BUBBLE_BREAKER, 3)
    agent = ValueAgent(BUBBLE_BREAKER, Nothing())
    agent.begin(game.board)
    row, column = agent.choose(game.board) or (-1, -1)
    largest = max(len(cells) for cells in reference.groups(game.board))
    assert len(reference.group(game.board, row, column)) == largest
    assert agent.choose(np.zeros((14, 10), np.int8)) is None
