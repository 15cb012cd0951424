"""Search as agents: what was planned is played, and longer times get more levels."""

from __future__ import annotations

from bubblebreaker.building import SMALL
from workshop.bubblebreaker.agents import play_game
from workshop.bubblebreaker.agents.searching import LONG, FlatAgent, PlanningAgent, settings_for
from workshop.bubblebreaker.reference import Game
from workshop.bubblebreaker.rules import BUBBLE_BREAKER


def test_plans_are_played_one_after_the_other() -> None:
    agent = PlanningAgent(SMALL, seconds=0.05)
    games = [play_game(agent, Game.seeded(SMALL, seed)) for seed in (1, 2)]
    assert all(game.over for game in games)
    assert games[0].played != games[1].played


def test_longer_times_get_another_level() -> None:
    assert len(settings_for(10).repeats) == 2
    assert len(settings_for(LONG).repeats) == 3


def test_flat_search_makes_more_of_each_bubble_than_a_greedy_player() -> None:
    rules = BUBBLE_BREAKER.having(refill="none")
    flat = [play_game(FlatAgent(rules, seed, 2), Game.seeded(rules, seed)).score for seed in range(4)]
    assert min(flat) > 500
