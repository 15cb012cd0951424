"""Points are as the rules say; dice give the same colours everywhere; nonsense is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bubblebreaker.rules import BUBBLE_BREAKER, SAMEGAME, WORD, Dice, first_state


@pytest.mark.parametrize(("size", "points"), [(0, 0), (1, 0), (2, 4), (3, 6), (4, 12), (10, 90)])
def test_a_pair_scores_four_and_more_score_as_the_original_does(size: int, points: int) -> None:
    assert BUBBLE_BREAKER.points(size) == points


@pytest.mark.parametrize(("size", "points"), [(1, 0), (2, 0), (3, 1), (4, 4), (12, 100)])
def test_samegame_scores_the_square_of_what_is_over_two(size: int, points: int) -> None:
    assert SAMEGAME.points(size) == points


@pytest.mark.parametrize(
    "changes",
    [{"rows": 0}, {"columns": 0}, {"colours": 0}, {"colours": 127}, {"scoring": "chess"}, {"refill": "gold"}],
)
def test_rules_that_make_no_game_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not"):
        SAMEGAME.having(**changes)


def test_the_dice_are_the_known_generator() -> None:
    # Computed by the same three shifts in a browser's console.
    dice = Dice(1)
    assert [dice.colour(5) for _ in range(3)] == [
        1 + (state * 5 >> 32) for state in (270369, 67634689, 2647435461)
    ]
    assert dice.state == 2647435461


@given(st.integers(0, WORD), st.integers(1, 126))
def test_dice_stay_in_range_and_are_never_stuck(seed: int, colours: int) -> None:
    dice = Dice.seeded(seed)
    before = dice.state
    assert 1 <= dice.colour(colours) <= colours
    assert 1 <= dice.state <= WORD
    assert dice.state != before


def test_the_one_seed_without_a_state_gets_one() -> None:
    assert first_state(WORD - 0x9E3779B9 + 1) == 1
    with pytest.raises(ValueError, match="seed"):
        first_state(-1)
    with pytest.raises(ValueError, match="state"):
        Dice(0)
