"""Boards go into the engine's cells and come out as they were; dice are those of the rules."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bubblebreaker import cells, reference
from bubblebreaker.rules import PRESETS, SAMEGAME, SAMEGAME_DEDUCTION, Board, Dice, Rules

boards = st.builds(
    lambda rows, columns, seed: reference.settle(
        np.random.default_rng(seed).integers(-1, 4, (rows, columns)).astype(np.int8)
    ),
    st.integers(1, 9),
    st.integers(1, 9),
    st.integers(0, 10**6),
)


@given(boards)
@settings(deadline=None)
def test_what_is_loaded_is_stored_again(board: Board) -> None:
    inside = np.full(cells.room(*board.shape), 9, np.int8)
    used = cells.load(board, inside)
    assert used == board.any(axis=0).sum()
    again = np.zeros_like(board)
    cells.store(inside, again)
    assert (again == board).all()
    # The margins are empty: all that is not the board.
    assert (inside != 0).sum() == (board != 0).sum()


@given(boards)
@settings(deadline=None)
def test_over_is_when_the_reference_has_no_move(board: Board) -> None:
    inside = np.zeros(cells.room(*board.shape), np.int8)
    used = cells.load(board, inside)
    assert cells.over(inside, board.shape[0] + 1, used) == (not reference.moves(board))


def test_taking_a_group_can_be_undone() -> None:
    board = reference.new_board(SAMEGAME.having(colours=2), Dice.seeded(1))
    inside = np.zeros(cells.room(15, 15), np.int8)
    cells.load(board, inside)
    before, taken = inside.copy(), np.empty(len(inside), np.int64)
    at = int(np.flatnonzero(inside)[0])
    count = cells.take(inside, 16, at, taken)
    assert count == len(reference.group(board, 14, 0))
    assert (inside != before).sum() == count
    cells.put_back(inside, taken, count, before[at])
    assert (inside == before).all()


def test_compiled_dice_throw_what_the_rules_say() -> None:
    dice, state = Dice.seeded(8), np.uint32(Dice.seeded(8).state)
    for _ in range(100):
        state, colour = cells.throw(state, 5)
        assert colour == dice.colour(5)
        assert state == dice.state


@pytest.mark.parametrize("rules", PRESETS.values(), ids=PRESETS)
def test_packed_rules_give_the_same_points(rules: Rules) -> None:
    packed = cells.pack(rules)
    assert packed.points.tolist() == [rules.points(size) for size in range(rules.cells + 1)]


def test_the_deduction_counts_each_colour_that_is_left() -> None:
    board = np.zeros((15, 15), np.int8)
    board[14, :6] = [1, 2, 1, 3, 1, -1]
    inside = np.zeros(cells.room(15, 15), np.int8)
    used = cells.load(board, inside)
    assert cells.ending(cells.pack(SAMEGAME_DEDUCTION), inside, used) == -(1 + 1 + 1)
    assert cells.ending(cells.pack(SAMEGAME), inside, used) == 0
    assert cells.ending(cells.pack(SAMEGAME), inside, 0) == 1000
