"""Groups that are kept up to date are those that a fresh look finds."""

from __future__ import annotations

import numpy as np
import pytest

from bubblebreaker import engine, reference
from bubblebreaker.cells import load, pack, store
from bubblebreaker.rules import SAMEGAME, Dice, Rules
from bubblebreaker.search import groups as kept
from bubblebreaker.search.nrpa import make_policy

KINDS = [
    SAMEGAME,
    SAMEGAME.having(rows=4, columns=9, colours=3),
    SAMEGAME.having(rows=1, columns=12, colours=2),
    SAMEGAME.having(rows=12, columns=1, colours=2),
    SAMEGAME.having(rows=20, columns=40, colours=7),
]


@pytest.mark.parametrize("rules", KINDS, ids=lambda rules: f"{rules.rows}x{rules.columns}")
def test_after_each_move_the_groups_are_those_of_the_reference(rules: Rules) -> None:
    rng, policy, codes = np.random.default_rng(1), make_policy(), {}
    desk = kept.make_desk(pack(rules))
    for seed in range(2):
        board = reference.new_board(rules, Dice.seeded(seed))
        used = load(board, desk.cells)
        stride = np.uint32(rules.rows + 1)
        count = kept.find_groups(*desk, stride, 0, used, 0, policy, 1)
        while True:
            assert_groups(desk, count, rules, board, codes)
            if count == 0:
                break
            which = np.uint32(rng.integers(count))
            (cell,) = engine.cells_of(rules, [kept.first_cell(desk.where[which])])
            board = reference.play(rules, board, *cell, Dice(1)).board
            used, count = kept.burst_group(*desk, stride, used, count, which, policy, 1)
            assert used == board.any(axis=0).sum()


def assert_groups(desk: kept.Desk, count: int, rules: Rules, board: np.ndarray, codes: dict) -> None:
    stored = np.zeros_like(board)
    store(desk.cells, stored)
    assert (stored == board).all()
    found = {}
    for where, what, weight in zip(desk.where[:count], desk.what[:count], desk.weight[:count], strict=True):
        (cell,) = engine.cells_of(rules, [kept.first_cell(where)])
        found[cell] = int(kept.size_of(what))
        colour = int(kept.colour_of(what))
        assert colour == board[cell]
        assert weight == (0 if colour == 1 else 1)
        group = (colour, tuple(sorted(reference.group(board, *cell))))
        # The same group has the same code on whatever board it comes up.
        assert codes.setdefault(group, int(kept.code_of(what))) == int(kept.code_of(what))
    assert found == {cells[0]: len(cells) for cells in reference.groups(board)}
