"""What is left when all groups burst at once is what the plain Python rules leave."""

from __future__ import annotations

import numpy as np
from building import Nothing
from hypothesis import given, settings
from hypothesis import strategies as st

from bubblebreaker import engine, reference
from bubblebreaker.rules import SAMEGAME, Board
from bubblebreaker.value.ahead import look_ahead
from bubblebreaker.value.features import has_peels, width
from bubblebreaker.value.peeling import PEELED_COLOUR, peel

COLOURS = 5


def peels(board: Board, kept: int = 0) -> list[Board]:
    """Return the board and what is left after each peel, by the reference."""
    found = [board]
    while True:
        board = found[-1].copy()
        for cells in reference.groups(found[-1]):
            if board[cells[0]] != kept:
                for cell in cells:
                    board[cell] = 0
        if np.array_equal(board, found[-1]):
            return found
        found.append(reference.settle(board))


def of_colour(board: Board, colour: int) -> dict[str, float]:
    """Count the slow way what ``PEELED_COLOUR`` tells of a colour."""
    kept = peels(board, colour)[-1]
    sizes = [len(cells) for cells in reference.groups(kept) if kept[cells[0]] == colour]
    singles = (kept == colour).sum() - sum(sizes)
    left = peels(kept)[-1]
    numbers = [
        (kept > 0).sum() - (kept == colour).sum(),
        len(sizes),
        singles,
        max(sizes, default=min(1, singles)),
        sum((size - 2) ** 2 for size in sizes),
        (left > 0).sum(),
        (left == colour).sum(),
        not left.any(),
        (peels(board)[-1] == colour).sum(),
    ]
    return dict(zip(PEELED_COLOUR, map(float, numbers), strict=True))


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.integers(1, 9), st.integers(1, COLOURS))
def test_it_is_what_the_reference_leaves(seed: int, rows: int, columns: int, thrown: int) -> None:
    rules = SAMEGAME.having(rows=rows, columns=columns, colours=thrown)
    boards, _ = engine.new_boards(rules, [seed])
    boards = np.concatenate([boards, engine.after_states(rules, boards).boards[:10]])
    of_colours, of_boards = peel(boards, COLOURS)
    for board, blocks, whole in zip(boards, of_colours, of_boards, strict=True):
        present = [colour for colour in range(1, COLOURS + 1) if (board == colour).any()]
        expected = {colour: of_colour(board, colour) for colour in present}
        for colour in range(1, COLOURS + 1):
            told = dict(zip(PEELED_COLOUR, blocks[colour - 1].tolist(), strict=True))
            assert told == expected.get(colour, dict.fromkeys(PEELED_COLOUR, 0))
        left = [(each > 0).sum() for each in peels(board)]
        after = [*left[1:], left[-1], left[-1], left[-1]][:3]
        most = max((told["kept: points of its groups"] for told in expected.values()), default=0)
        cleared = sum(told["kept: nothing left"] for told in expected.values())
        assert whole.tolist() == [*after, left[-1], len(left) - 1, left[-1] == 0, most, cleared]


class Peeled(Nothing):
    peeled = True


def test_peels_are_told_to_whom_they_mean_something() -> None:
    small = SAMEGAME.having(rows=6, columns=6, colours=3)
    boards, _ = engine.new_boards(small, [1, 2])
    for peeled, values in ((False, Nothing()), (True, Peeled())):
        told = look_ahead(small, boards, values).told
        assert told.shape[1] == width(3, peeled=peeled)
        assert has_peels(told.shape[1]) is peeled
