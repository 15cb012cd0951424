"""Plans are games by the rules, better ones with more time, and the same ones with the same seed."""

from __future__ import annotations

import numpy as np
import pytest
from building import SMALL

from bubblebreaker import engine
from bubblebreaker.boards import referee
from bubblebreaker.rules import BUBBLE_BREAKER, SAMEGAME, SAMEGAME_DEDUCTION, Board, Rules
from bubblebreaker.search.plan import Settings, plan

QUICK = Settings(repeats=(10, 5), playouts=4)


def board_of(rules: Rules, seed: int = 1) -> Board:
    return engine.new_boards(rules, [seed])[0][0]


@pytest.mark.parametrize("rules", [SAMEGAME, SAMEGAME_DEDUCTION, SMALL, SAMEGAME.having(rows=20, columns=3)])
def test_a_plan_is_what_the_referee_counts(rules: Rules) -> None:
    board = board_of(rules)
    found = plan(rules, board, runs=2, settings=QUICK)
    assert referee(rules, board, found.moves) == found.score
    assert found.steps > 0


def test_the_same_seed_finds_the_same_game() -> None:
    board = board_of(SAMEGAME)
    first = plan(SAMEGAME, board, runs=4, seed=3, settings=QUICK)
    assert plan(SAMEGAME, board, runs=4, seed=3, settings=QUICK) == first
    assert plan(SAMEGAME, board, runs=4, seed=4, settings=QUICK) != first


def test_a_little_search_beats_hundreds_of_tabu_games() -> None:
    board = board_of(SAMEGAME)
    boards = np.repeat(board[None], 300, axis=0)
    points, _ = engine.play_out(SAMEGAME, boards, np.ones(300, np.uint32), range(300), tabu=True)
    found = plan(SAMEGAME, board, runs=1, settings=Settings(repeats=(30, 10), playouts=4))
    assert found.score > points.max()


def test_three_levels_and_no_tabu_colour_work_too() -> None:
    board = board_of(SMALL)
    found = plan(SMALL, board, runs=1, settings=Settings(repeats=(4, 3, 2), playouts=2, colours=0))
    assert referee(SMALL, board, found.moves) == found.score


def test_each_better_game_is_told() -> None:
    told: list[int] = []
    found = plan(
        SAMEGAME, board_of(SAMEGAME), runs=2, settings=QUICK, on_better=lambda score, _: told.append(score)
    )
    assert told == sorted(set(told))
    assert told[-1] == found.score


def test_time_that_is_up_still_gives_a_whole_game() -> None:
    board = board_of(SAMEGAME)
    found = plan(SAMEGAME, board, seconds=0.0)
    assert referee(SAMEGAME, board, found.moves) == found.score


def test_a_board_without_a_move_has_the_empty_plan() -> None:
    rules = SAMEGAME.having(rows=1, columns=2)
    assert plan(rules, np.array([[1, 2]], np.int8), runs=1).moves == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rules": BUBBLE_BREAKER, "board": board_of(BUBBLE_BREAKER), "runs": 1}, "nothing enters"),
        ({"rules": SAMEGAME, "board": board_of(SAMEGAME)}, "seconds or runs"),
        ({"rules": SAMEGAME, "board": np.zeros((2, 2), np.int8), "runs": 1}, "shape"),
    ],
)
def test_what_cannot_be_planned_is_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plan(**arguments)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="at least 1"):
        Settings(repeats=())
    with pytest.raises(ValueError, match="at least 0"):
        Settings(lean=-1)


def test_runs_that_lean_towards_the_best_game_find_better_ones() -> None:
    boards = [board_of(SAMEGAME, seed) for seed in range(6)]
    quick = {lean: Settings(repeats=(10, 5), playouts=4, lean=lean) for lean in (0.0, 1.5)}
    total = {
        lean: sum(plan(SAMEGAME, board, runs=20, settings=settings).score for board in boards)
        for lean, settings in quick.items()
    }
    assert total[1.5] > total[0.0]


def test_a_search_that_finds_the_same_game_again_and_again_ends_early() -> None:
    board = board_of(SMALL)
    steps = {same: plan(SMALL, board, runs=3, settings=Settings(same=same)).steps for same in (1, 60)}
    assert steps[1] < 0.8 * steps[60]
