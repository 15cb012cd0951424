"""Search as agents: one that plans a whole game, one that tries each move again on every board."""

from __future__ import annotations

from math import inf

import numpy as np

from workshop.bubblebreaker.compiled import mixed
from workshop.bubblebreaker.rules import Board, Rules
from workshop.bubblebreaker.search.deadline import CLOCK_SHARE
from workshop.bubblebreaker.search.flat import flat_search
from workshop.bubblebreaker.search.plan import Settings, plan

LONG = 60.0
"""Seconds a game from which on a third level is run; where exactly it begins to pay off is not measured."""


def settings_for(seconds: float) -> Settings:
    """Return the settings for so many seconds a game."""
    return Settings(repeats=(60, 60, 50)) if LONG <= seconds < inf else Settings()


class PlanningAgent:
    """Plans a game before its first move, for rules by which nothing enters, and then keeps to it."""

    def __init__(
        self, rules: Rules, seed: int = 0, seconds: float = 10.0, clock_share: float = CLOCK_SHARE
    ) -> None:
        """``seconds``: of one core for each plan, or ``clock_share`` times as many by the clock."""
        self._rules, self._seed, self._seconds, self._clock_share = rules, seed, seconds, clock_share
        self._left: list[tuple[int, int]] = []

    def begin(self, board: Board) -> None:
        """Plan the game."""
        found = plan(
            self._rules,
            board,
            self._seconds,
            seed=self._seed,
            settings=settings_for(self._seconds),
            clock_share=self._clock_share,
        )
        self._left = found.moves

    def choose(self, board: Board) -> tuple[int, int] | None:
        """Return the plan's next move, or None when no move is left."""
        return self._left.pop(0) if self._left else None


class FlatAgent:
    """Flat Monte-Carlo search on every board: for rules by which columns enter."""

    def __init__(self, rules: Rules, seed: int = 0, playouts: int = 5) -> None:
        """``playouts``: of each move, on the average."""
        self._rules, self._seed, self._playouts = rules, seed, playouts
        self._number = 0

    def begin(self, board: Board) -> None:
        """Throw other playouts than in the game before."""
        self._number += 1

    def choose(self, board: Board) -> tuple[int, int] | None:
        """Return the cell to click, or None when no move is left."""
        self._number += 1
        seed = int(mixed(np.uint64(self._seed * 1_000_003 + self._number)))
        return flat_search(self._rules, board, seed, self._playouts)
