"""Every agent plays whole games by the rules, and the same again with the same seed."""

from __future__ import annotations

import pytest
from building import SMALL

from bubblebreaker.agents import AGENTS, make_agent, play_game
from bubblebreaker.boards import referee
from bubblebreaker.reference import Game
from bubblebreaker.rules import BUBBLE_BREAKER

RANDOM = ["uniform", "size", "score", "tabu"]


@pytest.mark.parametrize("name", [name for name in AGENTS if name != "value"])
def test_an_agent_plays_to_the_end_by_the_rules(name: str) -> None:
    game = Game.seeded(SMALL, 1)
    board = game.board.copy()
    play_game(make_agent(name, SMALL, seed=1, seconds=0.05), game)
    assert game.over
    assert referee(SMALL, board, game.played) == game.score


@pytest.mark.parametrize("name", ["greedy", *RANDOM, "search"])
def test_the_same_seed_plays_the_same_game_with_refill(name: str) -> None:
    rules = BUBBLE_BREAKER.having(rows=4, columns=4, colours=4)

    def played(seed: int) -> list[tuple[int, int]]:
        return play_game(make_agent(name, rules, seed), Game.seeded(rules, 5)).played

    assert played(1) == played(1)
    if name in RANDOM:
        assert any(played(seed) != played(1) for seed in range(2, 8))


def test_an_unknown_agent_is_named() -> None:
    with pytest.raises(ValueError, match="agents are uniform"):
        make_agent("deep-thought", SMALL)
