"""The value network as an agent: one move ahead, no search."""

from __future__ import annotations

from bubblebreaker import reference
from bubblebreaker.rules import Board, Rules
from bubblebreaker.value import ahead, trained


class ValueAgent:
    """Makes the move whose points, and what the network thinks is still to come, are most."""

    def __init__(self, rules: Rules, values: ahead.Values | None = None) -> None:
        """Take ``values``, or the network that comes with the package for this scoring."""
        self._rules = rules
        self._values = values or trained.shipped(rules.scoring)

    def begin(self, board: Board) -> None:
        """Nothing is kept from game to game."""

    def choose(self, board: Board) -> tuple[int, int] | None:
        """Return the cell to click, or None when no move is left."""
        if not reference.moves(board):
            return None
        return ahead.choose(self._rules, board, self._values)
