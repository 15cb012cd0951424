"""Beam search finds games by the rules; a wider beam finds better ones."""

from __future__ import annotations

import pytest
from building import SMALL

from bubblebreaker import engine
from bubblebreaker.boards import referee
from bubblebreaker.rules import BUBBLE_BREAKER, SAMEGAME
from bubblebreaker.search import deadline
from bubblebreaker.search.beam import beam_search, widening_beam_search


def test_what_is_found_is_what_the_referee_counts_and_found_again() -> None:
    board = engine.new_boards(SMALL, [3])[0][0]
    found = beam_search(SMALL, board, width=5, playouts=2, seed=1)
    assert referee(SMALL, board, found.moves) == found.score
    assert beam_search(SMALL, board, width=5, playouts=2, seed=1) == found


def test_a_wider_beam_finds_more() -> None:
    rules = SAMEGAME.having(rows=8, columns=8)
    boards, _ = engine.new_boards(rules, range(6))
    narrow, wide = (sum(beam_search(rules, board, width).score for board in boards) for width in (1, 30))
    assert wide > narrow


def test_beams_widen_until_the_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    board = engine.new_boards(SMALL, [3])[0][0]
    # By this clock each look at it takes a second.
    seconds = iter(range(10**9))
    monkeypatch.setattr(deadline.time, "process_time", lambda: float(next(seconds)))
    found = widening_beam_search(SMALL, board, 100.0, clock_share=1e9)
    assert 100 < next(seconds) < 140
    assert referee(SMALL, board, found.moves) == found.score
    assert found.score >= beam_search(SMALL, board, 4).score
    # Without any time there is still a game.
    assert widening_beam_search(SMALL, board, 0.0).moves


def test_what_it_cannot_do_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing enters"):
        beam_search(BUBBLE_BREAKER, engine.new_boards(BUBBLE_BREAKER, [1])[0][0])
    with pytest.raises(ValueError, match="at least 1"):
        beam_search(SMALL, engine.new_boards(SMALL, [1])[0][0], width=0)
