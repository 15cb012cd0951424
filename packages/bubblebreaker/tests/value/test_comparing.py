"""The experiments on what a value network is told and asked: their boards, their questions, their record."""

from __future__ import annotations

import numpy as np

from bubblebreaker import engine
from bubblebreaker.value import comparing
from bubblebreaker.value.telling import TOLD


def test_a_question_about_20_moves_never_asks_for_more_than_one_to_the_end() -> None:
    boards = comparing.boards_of_games(40, seed=3)
    moves = comparing.tried(boards, seed=3)
    assert set(moves.asked) == {name.split("/")[1] for name in comparing.jobs() if name.startswith("asked/")}
    near, far = moves.asked["20 moves"], moves.asked["to the end"]
    assert (near <= far).all() and (near < far).any()
    assert (moves.asked["grey columns"] >= 0).all()


def test_the_advantages_of_a_boards_moves_add_up_to_nothing() -> None:
    moves = comparing.tried(comparing.boards_of_games(20, seed=4), seed=4)
    whole = moves.asked["advantage, 20 moves"] + moves.after.points
    assert np.allclose(np.add.reduceat(whole, moves.after.starts[:-1]), 0, atol=0.05)


def test_a_move_that_takes_the_first_colour_of_the_walk_gives_other_names() -> None:
    board = np.zeros((1, 14, 10), np.int8)
    board[0, -1, :5] = [3, 3, 2, 1, 1]  # from the right: 1, 2, 3
    after = engine.after_states(comparing.GAME, board)
    moved = comparing.renames(board[after.owners], after.boards, after.actions)
    by_place = dict(zip((after.actions % 10).tolist(), moved.tolist(), strict=True))
    assert by_place == {0: False, 3: True}, "without the ones on the right, 2 and 3 become 1 and 2"


def test_the_table_has_means_over_the_seeds() -> None:
    pieces = {
        f"told/cells/{seed}": {"score": score, "steps": 10, "day": "x", "scores": [1]}
        for seed, score in ((1, 100.0), (3, 300.0))
    }
    assert comparing.table(pieces, "told") == {
        "cells": {"score": 200.0, "steps": 10.0, "lowest": 100.0, "highest": 300.0}
    }


def test_what_is_recorded_is_what_the_command_records() -> None:
    known = set(comparing.recorded())
    assert known <= set(comparing.jobs())
    assert {f"told/{way}/1" for way in TOLD} <= known, "the lesson shows all ways of telling"
