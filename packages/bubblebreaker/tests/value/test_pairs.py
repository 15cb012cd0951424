"""Bubbles that a move could join are found, and clusters are made of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from bubblebreaker.rules import Board
from bubblebreaker.value.features import describe, names
from bubblebreaker.value.pairs import CLUSTERS, JOINABLE

COLOURS = 5


def board_of(*lines: str) -> Board:
    return np.array([[int(cell) for cell in line] for line in lines], np.int8)


def told(board: Board, colour: int) -> dict[str, float]:
    """Return what is told of one colour, found by its number of bubbles."""
    seen = dict(zip(names(COLOURS), describe(board[np.newaxis], COLOURS)[0].tolist(), strict=True))
    count = (board == colour).sum()
    (rank,) = (rank for rank in range(1, COLOURS + 1) if seen[f"colour {rank}: bubbles"] == count)
    return {name: seen[f"colour {rank}: {name}"] for name in (*JOINABLE, *CLUSTERS)}


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        (["1000", "2220", "1333"], "apart 0 2, joinable"),
        (["1000", "2000", "2200", "1333"], "apart 0 3, joinable"),
        (["0100", "1222"], "apart 1 1, joinable"),
        (["10000", "21000", "23332"], "apart 1 1, joinable"),
        (["010000", "020000", "123332"], "apart 1 2, joinable"),
        (["100000", "200000", "213332"], "apart 1 2, joinable"),
    ],
)
def test_two_bubbles_are_joined_by_what_bursts_between_them(lines: Sequence[str], what: str) -> None:
    seen = told(board_of(*lines), 1)
    assert {name for name in JOINABLE if seen[name]} == {what}
    assert [seen[name] for name in CLUSTERS] == [1, 0, 2, 0, 0]


@pytest.mark.parametrize(
    "lines",
    [
        ["1000", "2300", "1333"],  # a single bubble is between
        ["1000", "2000", "3300", "1300"],  # one of two could burst, the other not
        ["01000", "12333"],  # a single bubble is under the higher one
        ["12221"],  # too far apart
    ],
)
def test_two_bubbles_that_no_move_joins_are_out_of_reach(lines: Sequence[str]) -> None:
    seen = told(board_of(*lines), 1)
    assert not any(seen[name] for name in JOINABLE)
    assert [seen[name] for name in CLUSTERS] == [0, 2, 0, 0, 0]


def test_a_cluster_is_of_all_that_can_be_joined_one_after_the_other() -> None:
    seen = told(board_of("1000", "2200", "1300", "2200", "1333"), 1)
    assert seen["apart 0 2, joinable"] == 2
    assert [seen[name] for name in CLUSTERS] == [1, 0, 3, 1, 1]
