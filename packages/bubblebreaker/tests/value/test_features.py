"""What the network is told about boards: right, and the same whatever the colours are called."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from bubblebreaker import reference
from bubblebreaker.rules import SAMEGAME, Board
from bubblebreaker.value.features import OF_A_COLOUR, describe, names

COLOURS = 5


def boards_in_play(seed: int, moves: int = 25) -> npt.NDArray[np.int8]:
    """Return boards of a random game, one after each move."""
    rng = np.random.default_rng(seed)
    game = reference.Game.seeded(SAMEGAME.having(rows=8, columns=9), seed)
    boards = [game.board]
    while not game.over and len(boards) < moves:
        choices = reference.moves(game.board)
        game.play(*choices[rng.integers(len(choices))])
        boards.append(game.board)
    return np.array(boards)


def told(board: Board) -> dict[str, float]:
    return dict(zip(names(COLOURS), describe(board[np.newaxis], COLOURS)[0].tolist(), strict=True))


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.permutations(range(1, COLOURS + 1)))
def test_a_permutation_of_the_colours_changes_nothing(seed: int, order: list[int]) -> None:
    boards = boards_in_play(seed)
    renamed = np.array([0, *order], np.int8)[boards]
    assert np.array_equal(describe(boards, COLOURS), describe(renamed, COLOURS))


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_counts_are_those_of_the_reference(seed: int) -> None:
    for board in boards_in_play(seed):
        found = reference.groups(board)
        sizes = sorted((len(cells) for cells in found), reverse=True)
        seen = told(board)
        assert seen["bubbles"] == (board > 0).sum()
        assert seen["moves"] == len(found)
        assert seen["singles"] == (board > 0).sum() - sum(sizes)
        assert seen["largest group"] == max(sizes, default=min(1, (board > 0).sum()))
        assert seen["columns"] == board.any(axis=0).sum()
        assert seen["no move left"] == (not found)
        per_colour = [seen[f"colour {rank}: bubbles"] for rank in range(1, COLOURS + 1)]
        assert sorted(per_colour, reverse=True) == per_colour
        assert sorted(per_colour) == sorted((board == colour).sum() for colour in range(1, COLOURS + 1))
        at_once = sum(seen[f"colour {rank}: points at once"] for rank in range(1, COLOURS + 1))
        assert at_once == sum(SAMEGAME.points(size) for size in sizes)


def test_a_small_board_by_hand() -> None:
    board = np.array([[0, 0, 0, 0], [1, 0, 0, 0], [1, 2, 0, 0], [2, 1, 1, 3]], np.int8)
    seen = told(board)
    first = {name: seen[f"colour 1: {name}"] for name in OF_A_COLOUR}
    assert (first["bubbles"], first["groups"], first["singles"], first["groups of 2"]) == (4, 2, 0, 2)
    assert (first["points if joined"], first["points at once"]) == (4, 0)
    assert (first["on the ground"], first["on top"], first["bubbles above"]) == (2, 2, 2)
    assert (first["touching upwards"], first["touching sideways"], first["apart 1 1"]) == (1, 1, 1)
    assert (first["columns"], first["gaps between its columns"]) == (3, 0)
    assert seen["colour 3: alone on the board"] == 1
    assert (seen["highest column"], seen["steps between columns"], seen["last column"]) == (3, 2, 1)
    assert seen["heights squared"] == 9 + 4 + 1 + 1


def test_grey_columns_are_counted_and_are_no_bubbles() -> None:
    board = np.array([[1, -1, -1], [1, -1, -1]], np.int8)
    seen = told(board)
    assert (seen["grey columns"], seen["bubbles"], seen["columns"], seen["moves"]) == (2, 2, 3, 1)
