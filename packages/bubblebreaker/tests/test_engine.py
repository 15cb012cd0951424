"""The compiled engine does, bubble by bubble, what the plain Python reference does."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from building import many_rules

from bubblebreaker import engine, reference
from bubblebreaker.cells import pack
from bubblebreaker.rules import BUBBLE_BREAKER, SAMEGAME, SAMEGAME_DEDUCTION, Board, Rules

GAMES = 2_000
KINDS = 50
MOST_MOVES = 40
"""Of games on small boards, of which some go on and on."""

STANDARD = [SAMEGAME, SAMEGAME_DEDUCTION, BUBBLE_BREAKER, BUBBLE_BREAKER.having(refill="grey", grey_value=25)]
STANDARD_NAMES = ["samegame", "deduction", "bubblebreaker", "grey"]
WHOLE = 12
PLAYED_OUT = 2


@pytest.mark.parametrize("number", range(KINDS))
def test_thousands_of_games_are_those_of_the_reference(number: int) -> None:
    rules = next(itertools.islice(many_rules(KINDS), number, None))
    count = GAMES // KINDS
    play_both(rules, range(number * count, (number + 1) * count), MOST_MOVES)


@pytest.mark.parametrize("rules", STANDARD, ids=STANDARD_NAMES)
def test_whole_games_on_the_boards_that_are_played_are_those_of_the_reference(rules: Rules) -> None:
    moves = play_both(rules, range(WHOLE), 10_000)
    assert moves.min() > 10


def play_both(rules: Rules, seeds: range, most: int) -> np.ndarray:
    """Hold engine and reference against each other, move by move; return how many moves each game had."""
    rng = np.random.default_rng(seeds.start)
    count = len(seeds)
    boards, dice = engine.new_boards(rules, seeds)
    games = [reference.Game.seeded(rules, seed) for seed in seeds]
    packed = pack(rules)
    assert_same(games, boards, dice)
    for _ in range(most):
        masks = engine.action_masks(rules, boards)
        actions = np.full(count, -1)
        points, burst = np.zeros(count, np.int64), np.zeros(count, np.int64)
        for i, game in enumerate(games):
            cells = reference.groups(game.board)
            firsts = [row * rules.columns + column for (row, column), *_ in cells]
            assert np.flatnonzero(masks[i]).tolist() == sorted(firsts)
            if cells:
                # Any cell of the group stands for the move, not only its first one.
                group = cells[rng.integers(len(cells))]
                row, column = group[rng.integers(len(group))]
                actions[i] = row * rules.columns + column
                burst[i] = len(group)
                points[i] = game.play(row, column)
        gained, sizes, over = engine.step(packed, boards, dice, actions)
        assert gained.tolist() == points.tolist()
        assert sizes.tolist() == burst.tolist()
        assert over.tolist() == [game.over for game in games]
        assert_same(games, boards, dice)
        if over.all():
            break
    else:
        assert most == MOST_MOVES, "games on standard boards come to their ends"
    return np.array([len(game.played) for game in games])


@pytest.mark.parametrize("rules", STANDARD, ids=STANDARD_NAMES)
@pytest.mark.parametrize("tabu", [False, True])
def test_games_that_the_engine_plays_out_are_games_of_the_reference(rules: Rules, tabu: bool) -> None:
    """With a limit one move later a game goes one move on: so each of its moves is found and replayed."""
    seeds = range(PLAYED_OUT)
    start, thrown = engine.new_boards(rules, seeds)
    games = [reference.Game.seeded(rules, seed) for seed in seeds]
    whole, counts = engine.play_out(rules, start.copy(), thrown.copy(), seeds, tabu=tabu)
    for limit in range(1, int(counts.max()) + 1):
        boards, dice = start.copy(), thrown.copy()
        points, moves = engine.play_out(rules, boards, dice, seeds, tabu=tabu, limit=limit)
        for i, game in enumerate(games):
            if moves[i] == limit:
                follow(game, boards[i])
            assert (game.score, len(game.played)) == (points[i], moves[i])
        assert_same(games, boards, dice)
    assert all(game.over for game in games)
    assert whole.tolist() == [game.score for game in games]


def follow(game: reference.Game, board: Board) -> None:
    """Make the move that leads to ``board``."""
    for cell in reference.moves(game.board):
        dice = reference.Dice(game.dice.state)
        if (reference.play(game.rules, game.board, *cell, dice).board == board).all():
            game.play(*cell)
            return
    raise AssertionError("no move leads there")


def assert_same(games: list[reference.Game], boards: np.ndarray, dice: np.ndarray) -> None:
    for game, board, state in zip(games, boards, dice, strict=True):
        assert (game.board == board).all()
        assert game.dice.state == state


@pytest.mark.parametrize("rules", [SAMEGAME, BUBBLE_BREAKER])
def test_after_states_are_what_the_reference_would_play(rules: Rules) -> None:
    boards, dice = engine.new_boards(rules, range(3))
    engine.play_out(rules, boards, dice, range(3), limit=30)
    kept = boards.copy()
    after = engine.after_states(rules, boards)
    unseen = rules.having(refill="grey") if rules.refill == "random" else rules
    number = 0
    for i, board in enumerate(boards):
        assert after.starts[i] == number
        for cell in reference.moves(board):
            outcome = reference.play(unseen, board, *cell, reference.Dice(1))
            assert divmod(int(after.actions[number]), rules.columns) == cell
            assert (after.boards[number] == outcome.board).all()
            assert (after.points[number], after.sizes[number]) == (outcome.points, outcome.size)
            assert after.owners[number] == i
            number += 1
    assert after.starts[-1] == number == len(after.boards)
    assert (boards == kept).all()


def test_an_action_that_bursts_nothing_changes_nothing() -> None:
    boards = np.array([[[0, 0], [1, 2], [1, 3]]], np.int8)
    rules = SAMEGAME.having(rows=3, columns=2)
    dice = np.ones(1, np.uint32)
    for action in (-1, 0, 3, 5, 6, 2**40):
        before = boards.copy()
        points, sizes, over = engine.step(pack(rules), boards, dice, np.array([action]))
        assert (points[0], sizes[0], over[0]) == (0, 0, False)
        assert (boards == before).all()


@pytest.mark.parametrize(
    ("board", "message"),
    [
        ([[1, 1]], "shape"),
        ([[1, 1], [0, 1]], "above an empty cell"),
        ([[0, 1], [0, 1]], "right of an empty"),
        ([[1, 1], [9, 1]], "cells are"),
    ],
)
def test_boards_that_are_none_are_refused(board: list[list[int]], message: str) -> None:
    rules = SAMEGAME.having(rows=2, columns=2)
    with pytest.raises(ValueError, match=message):
        engine.check_boards(rules, np.array([board], np.int8))
