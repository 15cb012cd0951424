"""Flat search plays games nobody can plan, and far better than chance."""

from __future__ import annotations

import numpy as np
from building import SMALL

from bubblebreaker import engine, reference
from bubblebreaker.rules import BUBBLE_BREAKER
from bubblebreaker.search.flat import flat_search


def test_it_names_a_group_and_the_same_one_again() -> None:
    game = reference.Game.seeded(BUBBLE_BREAKER, 1)
    before = game.board.copy()
    cell = flat_search(BUBBLE_BREAKER, game.board, seed=5)
    assert cell in reference.moves(game.board)
    assert flat_search(BUBBLE_BREAKER, game.board, seed=5) == cell
    assert (game.board == before).all()
    assert flat_search(BUBBLE_BREAKER, np.zeros((14, 10), np.int8), seed=1) is None


def test_it_beats_keeping_away_from_one_colour() -> None:
    boards, dice = engine.new_boards(SMALL, range(30))
    tabu, _ = engine.play_out(SMALL, boards, dice, range(30), tabu=True)
    flat = []
    for seed in range(30):
        game = reference.Game.seeded(SMALL, seed)
        while (cell := flat_search(SMALL, game.board, 100 * seed + len(game.played), 10)) is not None:
            game.play(*cell)
        flat.append(game.score)
    assert np.mean(flat) > 1.3 * tabu.mean()
