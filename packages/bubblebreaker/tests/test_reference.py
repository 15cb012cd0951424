"""The plain Python rules keep what every such game keeps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bubblebreaker import reference
from bubblebreaker.rules import (
    BUBBLE_BREAKER,
    EMPTY,
    GREY,
    SAMEGAME,
    SAMEGAME_DEDUCTION,
    Board,
    Dice,
    Refill,
    Rules,
)

small_rules = st.builds(
    Rules,
    rows=st.integers(1, 6),
    columns=st.integers(1, 6),
    colours=st.integers(1, 4),
    scoring=st.sampled_from(["bubblebreaker", "samegame"]),
    refill=st.sampled_from(["none", "random", "grey"]),
)
seeds = st.integers(0, 2**32 - 1)


def board_of(text: str) -> Board:
    return np.array([[int(sign) for sign in line] for line in text.split()], np.int8)


@given(small_rules, seeds, st.data())
@settings(max_examples=60, deadline=None)
def test_a_move_takes_its_group_and_keeps_every_other_bubble(
    rules: Rules, seed: int, data: st.DataObject
) -> None:
    game = reference.Game.seeded(rules, seed)
    for _ in range(8):
        groups = reference.groups(game.board)
        if not groups:
            return
        cells = data.draw(st.sampled_from(groups))
        before, colour = game.board, game.board[cells[0]]
        outcome = reference.play(rules, before, *data.draw(st.sampled_from(cells)), game.dice)
        assert outcome.size == len(cells)
        assert outcome.board is not before
        entered = outcome.board[:, outcome.board.shape[1] - outcome.entered :] if outcome.entered else None
        for kind in range(1, rules.colours + 1):
            new = 0 if entered is None else int((entered == kind).sum())
            gone = len(cells) if kind == colour else 0
            assert (outcome.board == kind).sum() == (before == kind).sum() - gone + new
        game.board = outcome.board
        assert_settled(game.board)


def assert_settled(board: Board) -> None:
    filled = board != EMPTY
    assert not (filled[:-1] & ~filled[1:]).any(), "a bubble hangs in the air"
    columns = filled.any(axis=0)
    assert not (columns[1:] & ~columns[:-1]).any(), "a gap between columns"


@given(st.lists(st.lists(st.integers(0, 3), min_size=4, max_size=4), min_size=1, max_size=5))
def test_settling_keeps_bubbles_leaves_no_gap_and_does_nothing_twice(lines: list[list[int]]) -> None:
    board = np.array(lines, np.int8)
    settled = reference.settle(board)
    assert_settled(settled)
    assert sorted(settled.ravel()) == sorted(board.ravel())
    assert (reference.settle(settled) == settled).all()


def test_bubbles_fall_and_columns_close_up_to_the_left() -> None:
    board = board_of("1212 1312 2322")
    after = reference.play(SAMEGAME.having(rows=3, columns=4), board, 0, 0, Dice(1)).board
    assert after.tolist() == board_of("0212 0312 2322").tolist()
    after = reference.settle(board_of("0010 0013 2013"))
    assert after.tolist() == board_of("0100 0130 2130").tolist()


def test_groups_touch_by_sides_only_and_are_read_from_the_lower_left() -> None:
    board = board_of("112 121 211")
    assert [sorted(cells) for cells in reference.groups(board)] == [
        [(0, 0), (0, 1), (1, 0)],
        [(1, 2), (2, 1), (2, 2)],
    ]
    assert reference.moves(board) == [(1, 0), (2, 1)]


@pytest.mark.parametrize(("refill", "entered"), [("none", [0, 0]), ("grey", [GREY, GREY])])
def test_what_enters_for_an_emptied_column(refill: Refill, entered: list[int]) -> None:
    rules = BUBBLE_BREAKER.having(rows=2, columns=3, refill=refill, grey_value=11)
    outcome = reference.play(rules, board_of("121 112"), 0, 0, Dice(1))
    # One column is emptied: 4 bubbles of colour 1 do not touch, 3 do.
    assert outcome.board[:, 2].tolist() == entered or outcome.entered == 0
    outcome = reference.play(rules, board_of("123 132"), 0, 0, Dice(1))
    assert outcome.entered == (refill == "grey")
    assert outcome.board[:, :2].tolist() == [[2, 3], [3, 2]]
    assert outcome.board[:, 2].tolist() == entered
    assert outcome.points == 4 + 11 * (refill == "grey")


def test_the_end_brings_bonus_or_deduction() -> None:
    rules = SAMEGAME_DEDUCTION.having(rows=1, columns=6, colours=3)
    assert reference.play(rules, board_of("111100"), 0, 0, Dice(1)).points == 4 + 1000
    # Two of colour 2 and one of colour 3 are left: (2 - 2)² + (1 - 2)².
    assert reference.play(rules, board_of("211132"), 0, 1, Dice(1)).points == 1 - 1
    # A pair can still burst: nothing is taken off yet.
    assert reference.play(rules, board_of("111233"), 0, 0, Dice(1)).points == 1


@pytest.mark.parametrize("cell", [(0, 0), (1, 2), (-1, 0), (0, 9), (2, 0)])
def test_where_nothing_bursts_the_game_stays(cell: tuple[int, int]) -> None:
    game = reference.Game(SAMEGAME.having(rows=2, columns=3), board_of("010 121"))
    game.board[0, 0] = GREY
    before = game.board.copy()
    with pytest.raises(reference.IllegalMoveError, match="nothing bursts"):
        game.play(*cell)
    assert (game.board == before).all()
    assert game.played == []
