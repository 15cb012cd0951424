"""Agents without learning: rules of thumb that look at one board only."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bubblebreaker import engine, playouts
from bubblebreaker.cells import load, pack, room
from bubblebreaker.compiled import mixed
from bubblebreaker.rules import Board, Rules


class Rule(NamedTuple):
    """How groups are weighed, and whether the colour that is most frequent at first is kept for last."""

    weighing: int
    tabu: bool


RULES = {
    "uniform": Rule(playouts.UNIFORM, False),
    "size": Rule(playouts.BY_SIZE, False),
    "score": Rule(playouts.BY_POINTS, False),
    "greedy": Rule(playouts.LARGEST, False),
    "tabu": Rule(playouts.UNIFORM, True),
}
"""uniform: all groups alike. size, score: in proportion to their bubbles or points. greedy: the largest.
tabu: all alike, but the most frequent colour only when nothing else can burst (TabuColorRandom of Schadd
and others, 2008)."""


class RuleOfThumb:
    """Plays by one of ``RULES``; its own random numbers come from ``seed``."""

    def __init__(self, rules: Rules, name: str, seed: int = 0) -> None:
        """Make the agent; ValueError when there is no such rule."""
        if name not in RULES:
            raise ValueError(f"rules of thumb are {', '.join(RULES)}, not {name!r}")
        self._rule = RULES[name]
        self._rules = rules
        self._packed = pack(rules)
        self._rng = np.array([mixed(np.uint64(seed))], np.uint64)
        self._cells = np.zeros(int(room(rules.rows, rules.columns)), np.int8)
        self._work = np.empty(3 * len(self._cells), np.int64)
        self._tabu = 0

    def begin(self, board: Board) -> None:
        """Find the colour to keep for last."""
        load(board, self._cells)
        self._tabu = int(playouts.most_frequent(self._packed, self._cells)) if self._rule.tabu else 0

    def choose(self, board: Board) -> tuple[int, int] | None:
        """Return the cell to click, or None when no move is left."""
        used = load(board, self._cells)
        at = playouts.pick(
            self._packed, self._cells, used, self._rule.weighing, self._tabu, self._rng, self._work
        )
        if at < 0:
            return None
        return divmod(int(engine.action_at(self._packed, at)), self._rules.columns)
