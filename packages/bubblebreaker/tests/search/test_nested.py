"""Nested search finds games by the rules, better ones on higher levels."""

from __future__ import annotations

import pytest
from building import SMALL

from bubblebreaker import engine
from bubblebreaker.boards import referee
from bubblebreaker.rules import BUBBLE_BREAKER, SAMEGAME, SAMEGAME_DEDUCTION
from bubblebreaker.search.nested import nested_search


@pytest.mark.parametrize("rules", [SMALL, SAMEGAME_DEDUCTION], ids=["small", "deduction"])
@pytest.mark.parametrize("level", [0, 1])
def test_what_is_found_is_what_the_referee_counts(rules: type, level: int) -> None:
    board = engine.new_boards(rules, [2])[0][0]
    found = nested_search(rules, board, level, games=2)
    assert referee(rules, board, found.moves) == found.score
    assert nested_search(rules, board, level, games=2) == found


def test_each_level_beats_the_one_below() -> None:
    rules = SAMEGAME.having(rows=7, columns=7)
    boards, _ = engine.new_boards(rules, range(6))
    totals = [sum(nested_search(rules, board, level).score for board in boards) for level in range(3)]
    assert totals == sorted(totals)
    assert totals[0] < totals[1]


def test_what_it_cannot_do_is_refused() -> None:
    board = engine.new_boards(SMALL, [1])[0][0]
    with pytest.raises(ValueError, match="nothing enters"):
        nested_search(BUBBLE_BREAKER, engine.new_boards(BUBBLE_BREAKER, [1])[0][0])
    with pytest.raises(ValueError, match="level"):
        nested_search(SMALL, board, -1)
    with pytest.raises(ValueError, match="number of games"):
        nested_search(SMALL, board, games=None)
