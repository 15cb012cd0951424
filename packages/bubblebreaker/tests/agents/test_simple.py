"""Rules of thumb one at a time are those that play many games at once."""

from __future__ import annotations

import numpy as np
import pytest
from building import SMALL, interval

from bubblebreaker import engine
from bubblebreaker.agents import play_game
from bubblebreaker.agents.simple import RULES, RuleOfThumb
from bubblebreaker.reference import Game

GAMES = 150


@pytest.mark.parametrize("name", RULES)
def test_one_at_a_time_scores_as_many_at_once(name: str) -> None:
    agent = RuleOfThumb(SMALL, name, seed=1)
    one = [play_game(agent, Game.seeded(SMALL, seed)).score for seed in range(GAMES)]
    boards, dice = engine.new_boards(SMALL, range(GAMES))
    rule = RULES[name]
    many, moves = engine.play_out(SMALL, boards, dice, range(GAMES, 2 * GAMES), rule.weighing, rule.tabu)
    (mean, reach), (other, other_reach) = interval(one), interval(many)
    # Five standard deviations of the difference.
    assert abs(mean - other) <= 5 / 1.96 * np.hypot(reach, other_reach)
    assert moves.min() > 0


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="rules of thumb are"):
        RuleOfThumb(SMALL, "chess")
