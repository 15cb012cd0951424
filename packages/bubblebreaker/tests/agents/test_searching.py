"""Search as agents: what was planned is played, and longer times get more levels."""

from __future__ import annotations

import numpy as np
import pytest
from building import SMALL

from bubblebreaker.agents import make_agent, play_game
from bubblebreaker.agents.searching import PLANNERS, FlatAgent, PlanningAgent
from bubblebreaker.engine import NO_LIMIT
from bubblebreaker.reference import Game, moves
from bubblebreaker.rules import BUBBLE_BREAKER


def test_plans_are_played_one_after_the_other() -> None:
    agent = PlanningAgent(SMALL, seconds=0.05)
    games = [play_game(agent, Game.seeded(SMALL, seed)) for seed in (1, 2)]
    assert all(game.over for game in games)
    assert games[0].played != games[1].played


@pytest.mark.parametrize("name", PLANNERS)
def test_on_another_board_than_the_plans_it_plans_anew(name: str) -> None:
    agent = PlanningAgent(SMALL, seconds=0.05, planner=PLANNERS[name])
    game = Game.seeded(SMALL, 3)
    # Nobody said begin, and somebody else makes every other move.
    while (cell := agent.choose(game.board)) is not None:
        game.play(*cell)
        if others := moves(game.board):
            game.play(*others[-1])
    assert game.over
    assert agent.choose(np.zeros((5, 5), np.int8)) is None
    with pytest.raises(ValueError, match="nothing enters"):
        make_agent(name, BUBBLE_BREAKER) if name != "search" else PlanningAgent(BUBBLE_BREAKER)


def test_near_playouts_and_a_limit_of_moves_are_kept() -> None:
    game = play_game(FlatAgent(BUBBLE_BREAKER, 1, 4, horizon=1), Game.seeded(BUBBLE_BREAKER, 1), limit=25)
    far = play_game(FlatAgent(BUBBLE_BREAKER, 1, 4, NO_LIMIT), Game.seeded(BUBBLE_BREAKER, 1), limit=25)
    assert len(game.played) == len(far.played) == 25
    assert game.played != far.played
    assert len(play_game(FlatAgent(BUBBLE_BREAKER, 1, 4), game, limit=5).played) == 30
