"""Search as agents: those that plan a whole game, one that tries each move again on every board."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

import numpy as np

from bubblebreaker import reference
from bubblebreaker.compiled import mixed
from bubblebreaker.engine import NO_LIMIT
from bubblebreaker.rules import Board, Dice, Rules
from bubblebreaker.search.beam import widening_beam_search
from bubblebreaker.search.deadline import CLOCK_SHARE
from bubblebreaker.search.flat import flat_search
from bubblebreaker.search.nested import nested_search
from bubblebreaker.search.plan import Plan, Settings, plan

LONG = 60.0
"""Seconds a game from which on a third level is run; where exactly it begins to pay off is not measured."""

Planner = Callable[[Rules, Board, float, int, float], Plan]
"""Plans a game from rules, a board, seconds, a seed, and how many times as many seconds by the clock."""


def settings_for(seconds: float) -> Settings:
    """Return the settings for so many seconds a game."""
    return Settings(repeats=(60, 60, 50)) if LONG <= seconds < inf else Settings()


def _by_adaptation(rules: Rules, board: Board, seconds: float, seed: int, clock_share: float) -> Plan:
    return plan(rules, board, seconds, seed=seed, settings=settings_for(seconds), clock_share=clock_share)


def _by_nesting(rules: Rules, board: Board, seconds: float, seed: int, clock_share: float) -> Plan:
    # One game of level 2 takes longer than most people wait; many of level 1 fit into any time.
    return nested_search(rules, board, 1, None, seconds, seed, clock_share)


def _by_beams(rules: Rules, board: Board, seconds: float, seed: int, clock_share: float) -> Plan:
    return widening_beam_search(rules, board, seconds, seed=seed, clock_share=clock_share)


PLANNERS: dict[str, Planner] = {"search": _by_adaptation, "nested": _by_nesting, "beam": _by_beams}
"""The searches that plan a whole game, by the names of their agents."""


class PlanningAgent:
    """Plans a game before its first move, for rules by which nothing enters, and then keeps to the plan.

    On a board to which its plan does not lead, since somebody else moved or took a move back, it plans anew.
    """

    def __init__(
        self,
        rules: Rules,
        seed: int = 0,
        seconds: float = 10.0,
        clock_share: float = CLOCK_SHARE,
        planner: Planner = _by_adaptation,
    ) -> None:
        """``seconds``: of one core for each plan, or ``clock_share`` times as many by the clock.

        Raises ValueError for rules by which something enters: nobody can plan that.
        """
        if rules.refill != "none":
            raise ValueError(
                "a plan needs rules by which nothing enters; the agent 'search' plays the others"
            )
        self._rules, self._seed, self._seconds, self._clock_share = rules, seed, seconds, clock_share
        self._planner = planner
        self._left: list[tuple[int, int]] = []
        self._expected: Board | None = None

    def begin(self, board: Board) -> None:
        """Plan the game from this board on."""
        found = self._planner(self._rules, board, self._seconds, self._seed, self._clock_share)
        self._left, self._expected = found.moves, board.copy()

    def choose(self, board: Board) -> tuple[int, int] | None:
        """Return the plan's next move, or None when no move is left."""
        if self._expected is None or not np.array_equal(board, self._expected):
            self.begin(board)
        if not self._left:
            return None
        cell = self._left.pop(0)
        # Nothing enters, so no die is thrown.
        self._expected = reference.play(self._rules, board, *cell, Dice(1)).board
        return cell


class FlatAgent:
    """Flat Monte-Carlo search on every board: for rules by which columns enter."""

    def __init__(self, rules: Rules, seed: int = 0, playouts: int = 5, horizon: int = NO_LIMIT) -> None:
        """``playouts``: of each move, on the average. ``horizon``: how many moves each of them goes on."""
        self._rules, self._seed, self._playouts, self._horizon = rules, seed, playouts, horizon
        self._number = 0

    def begin(self, board: Board) -> None:
        """Throw other playouts than in the game before."""
        self._number += 1

    def choose(self, board: Board) -> tuple[int, int] | None:
        """Return the cell to click, or None when no move is left."""
        self._number += 1
        seed = int(mixed(np.uint64(self._seed * 1_000_003 + self._number)))
        return flat_search(self._rules, board, seed, self._playouts, self._horizon)
