"""Ways to tell of a board: what renaming the colours changes, and what it does not."""

from __future__ import annotations

import numpy as np
import pytest

from bubblebreaker.rules import SAMEGAME
from bubblebreaker.value.experience import random_boards
from bubblebreaker.value.telling import TOLD, by_chance, cell_by_cell, from_bottom_right, renamed

SMALL = np.array([[[0, 2, -1], [4, 2, 3], [3, 4, 5]]], np.int8)


def test_names_are_given_from_the_bottom_right_along_the_rows() -> None:
    assert from_bottom_right(SMALL, 5)[0].tolist() == [[0, 4, -1], [2, 4, 3], [3, 2, 1]]


def test_renaming_takes_the_new_names_from_the_old_board() -> None:
    orders = np.array([[5, 1, 2, 3, 4]], np.int8)
    assert renamed(SMALL, orders)[0].tolist() == [[0, 1, -1], [3, 1, 2], [2, 3, 4]]
    assert SMALL[0, 2, 2] == 5, "the board itself stays"


def test_each_cell_has_one_number_for_each_colour_and_one_for_grey() -> None:
    told = cell_by_cell(SMALL, 5).reshape(3, 3, 6)
    assert told.sum(axis=2).tolist() == [[0, 1, 1], [1, 1, 1], [1, 1, 1]], "an empty cell has none"
    assert told[0, 2].tolist() == [0, 0, 0, 0, 0, 1] and told[2, 2].tolist() == [0, 0, 0, 0, 1, 0]


@pytest.mark.parametrize("way", TOLD)
def test_only_names_from_the_bottom_right_and_sorted_numbers_do_not_see_a_renaming(way: str) -> None:
    boards, _ = random_boards(SAMEGAME, 20, seed=1)
    twins = by_chance(boards, 5, np.random.default_rng(2))
    assert not np.array_equal(boards, twins)
    same = np.array_equal(TOLD[way](boards, 5), TOLD[way](twins, 5))
    assert same == (way in {"cells, from the bottom right", "numbers, sorted"})
