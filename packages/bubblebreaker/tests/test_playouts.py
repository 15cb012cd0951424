"""Rules of thumb draw groups with the chances that they promise, and score what others measured."""

from __future__ import annotations

import numpy as np
import pytest
from building import interval

from bubblebreaker import cells, engine, playouts, reference
from bubblebreaker.compiled import mixed
from bubblebreaker.rules import BUBBLE_BREAKER, SAMEGAME, Board

DRAWS = 20_000
BOARD = np.array([[0, 0, 0, 0, 0], [1, 0, 2, 0, 0], [1, 2, 2, 0, 0], [1, 1, 2, 3, 3]], np.int8)
SIZES = {(3, 0): 4, (2, 1): 4, (3, 3): 2}
RULES = SAMEGAME.having(rows=4, columns=5)


def chances(weighing: int, tabu: int = 0, board: Board = BOARD) -> dict[tuple[int, int], float]:
    """Return how often each group was drawn, by its first cell."""
    packed = cells.pack(RULES)
    inside = np.zeros(cells.room(4, 5), np.int8)
    used = cells.load(board, inside)
    rng = np.array([mixed(np.uint64(weighing + tabu))], np.uint64)
    work = np.empty(3 * len(inside), np.int64)
    counts = {group[0]: 0 for group in reference.groups(board)}
    of_cell = {cell: group[0] for group in reference.groups(board) for cell in group}
    before = inside.copy()
    for _ in range(DRAWS):
        at = playouts.pick(packed, inside, used, weighing, tabu, rng, work)
        counts[of_cell[divmod(int(engine.action_at(packed, at)), 5)]] += 1
    assert (inside == before).all()
    return {cell: count / DRAWS for cell, count in counts.items()}


@pytest.mark.parametrize(
    ("weighing", "tabu", "expected"),
    [
        (playouts.UNIFORM, 0, [1, 1, 1]),
        (playouts.BY_SIZE, 0, [4, 4, 2]),
        (playouts.BY_POINTS, 0, [4, 4, 0]),
        (playouts.LARGEST, 0, [1, 0, 0]),
        (playouts.UNIFORM, 1, [0, 1, 1]),
        (playouts.BY_SIZE, 2, [4, 0, 2]),
    ],
)
def test_groups_are_drawn_as_promised(weighing: int, tabu: int, expected: list[int]) -> None:
    assert list(SIZES) == reference.moves(BOARD)
    wanted = np.array(expected) / sum(expected)
    got = np.array([chances(weighing, tabu)[cell] for cell in SIZES])
    # Five standard deviations of a share of so many draws.
    assert (np.abs(got - wanted) <= 5 * np.sqrt(wanted * (1 - wanted) / DRAWS)).all()


def test_the_tabu_colour_is_burst_when_nothing_else_can_be() -> None:
    board = np.zeros((4, 5), np.int8)
    board[3] = [1, 1, 2, 1, 1]
    assert chances(playouts.UNIFORM, tabu=1, board=board) == pytest.approx(
        {(3, 0): 0.5, (3, 3): 0.5}, abs=0.02
    )


def test_uniform_play_of_bubble_breaker_makes_what_the_original_makes() -> None:
    boards, dice = engine.new_boards(BUBBLE_BREAKER, range(200))
    points, moves = engine.play_out(BUBBLE_BREAKER, boards, dice, range(200))
    mean, reach = interval(points)
    assert abs(mean - 466) <= reach
    mean, reach = interval(moves)
    assert abs(mean - 54.4) <= reach


def test_uniform_play_of_samegame_makes_what_others_measured_on_the_standard_boards() -> None:
    # 5,016 points over twenty boards; those boards are random, so random boards have the same mean.
    boards, dice = engine.new_boards(SAMEGAME, range(20))
    points, _ = engine.play_out(SAMEGAME, boards, dice, range(20))
    mean, reach = interval(points)
    assert abs(mean - 5016 / 20) <= reach
