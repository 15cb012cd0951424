"""Targets to learn from are the returns that the book defines."""

from __future__ import annotations

import numpy as np
import pytest

from bubblebreaker import engine, reference
from bubblebreaker.rules import BUBBLE_BREAKER, SAMEGAME
from bubblebreaker.value.ahead import play
from bubblebreaker.value.experience import (
    Nothing,
    Players,
    td_target,
)
from bubblebreaker.value.features import Floats

SMALL = SAMEGAME.having(rows=5, columns=5, colours=3)


class Constant:
    """Thinks that every board is worth the same."""

    def __init__(self, value: float) -> None:
        self.value = value

    def worth(self, told: Floats) -> Floats:
        return np.full(len(told), self.value, np.float32)


def test_with_fade_one_the_targets_are_what_followed() -> None:
    players = Players(SMALL, 1, seed=3, explore=0.0)
    board, dice = players.boards.copy(), players.dice.copy()
    seen = players.gather(Nothing(), 12, fade=1.0)
    game = reference.Game(SMALL, board[0], reference.Dice(int(dice[0])))
    points = []
    while not game.over:
        sizes = [len(cells) for cells in reference.groups(game.board)]
        points.append(game.play(*reference.moves(game.board)[int(np.argmax(sizes))]))
    assert len(points) < 12
    expected = [sum(points[made:]) for made in range(1, len(points) + 1)]
    # The targets come last move first.
    assert seen.targets[::-1][: len(points)].tolist() == expected
    assert seen.scores[0] == sum(points)


def test_with_fade_zero_they_are_the_best_next_move_and_what_is_thought_to_follow() -> None:
    players = Players(SMALL, 30, seed=3, explore=0.0)
    seen = players.gather(Constant(100.0), 2, fade=0.0, discount=1.0)
    # A move that ends the game brings its points alone; every other one 100 more.
    assert seen.targets.shape == (30,)
    assert (seen.targets >= 0).all()
    assert np.mean(seen.targets >= 100) > 0.8


def test_a_target_of_somebody_elses_is_what_is_learnt() -> None:
    """Whoever forgets what follows is taught what the next move brings, whatever is thought of the rest."""

    def gathered(**more: object) -> list[float]:
        players = Players(SMALL, 40, seed=3, explore=0.2)
        return players.gather(Constant(50.0), 12, fade=0.6, discount=0.9, **more).targets.tolist()

    assert gathered(target=td_target) == gathered()
    assert (
        gathered(target=lambda points, worth, over, discount: points + discount * worth * ~over) == gathered()
    )
    short = gathered(target=lambda points, worth, over, discount: points)
    assert short != gathered()
    possible = {SMALL.points(count) + bonus for count in range(2, 26) for bonus in (0, SMALL.cleared_bonus)}
    players = Players(SMALL, 40, seed=3, explore=0.2)
    exact = players.gather(Nothing(), 12, fade=1.0, target=lambda points, *_: points).targets
    assert set(exact.tolist()) <= possible | {0}
    points, worth, over = np.array([4.0, 4.0]), np.array([10.0, 10.0]), np.array([False, True])
    assert td_target(points, worth, over, 0.5).tolist() == [9, 4]


@pytest.mark.parametrize("rules", [SMALL, BUBBLE_BREAKER])
def test_the_same_seed_gathers_the_same(rules: object) -> None:
    one, other = (Players(rules, 10, seed=5).gather(Nothing(), 15) for _ in range(2))
    assert np.array_equal(one.told, other.told)
    assert np.array_equal(one.targets, other.targets)
    assert one.scores == other.scores


def test_games_that_end_make_room_for_new_ones() -> None:
    players = Players(SMALL, 5, seed=1)
    seen = players.gather(Nothing(), 100)
    assert len(seen.scores) > 10
    assert players.moves == 500
    assert all(reference.moves(board) for board in players.boards)
    greedy, _ = play(SMALL, *engine.new_boards(SMALL, range(200)), Nothing())
    assert np.mean(seen.scores) == pytest.approx(greedy.mean(), rel=0.5)
