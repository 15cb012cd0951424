"""Flat search plays games nobody can plan, and far better than chance."""

from __future__ import annotations

import numpy as np
from building import SMALL

from bubblebreaker import engine, reference
from bubblebreaker.cells import pack
from bubblebreaker.compiled import mixed
from bubblebreaker.rules import BUBBLE_BREAKER
from bubblebreaker.search.flat import flat_search, play_flat


def test_it_names_a_group_and_the_same_one_again() -> None:
    game = reference.Game.seeded(BUBBLE_BREAKER, 1)
    before = game.board.copy()
    cell = flat_search(BUBBLE_BREAKER, game.board, seed=5)
    assert cell in reference.moves(game.board)
    assert flat_search(BUBBLE_BREAKER, game.board, seed=5) == cell
    assert (game.board == before).all()
    assert flat_search(BUBBLE_BREAKER, np.zeros((14, 10), np.int8), seed=1) is None


def test_whole_games_are_those_of_one_move_after_the_other() -> None:
    rules = BUBBLE_BREAKER.having(rows=4, columns=4)
    boards, dice = engine.new_boards(rules, [7])
    points, moves = play_flat(pack(rules), boards, dice, np.array([9], np.uint64), 2, engine.NO_LIMIT)
    game = reference.Game.seeded(rules, 7)
    while (
        cell := flat_search(rules, game.board, int(mixed(np.uint64(9 + len(game.played)))), 2)
    ) is not None:
        game.play(*cell)
    assert (game.score, len(game.played)) == (points[0], moves[0])
    assert (game.board == boards[0]).all()


def test_it_beats_keeping_away_from_one_colour() -> None:
    boards, dice = engine.new_boards(SMALL, range(30))
    tabu, _ = engine.play_out(SMALL, boards.copy(), dice.copy(), range(30), tabu=True)
    flat, _ = play_flat(pack(SMALL), boards, dice, np.arange(30, dtype=np.uint64), 10, engine.NO_LIMIT)
    assert flat.mean() > 1.3 * tabu.mean()
