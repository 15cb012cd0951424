"""Look one move ahead: what each move brings at once, and what the board after it is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from bubblebreaker import engine
from bubblebreaker.cells import Int8s, Ints, pack
from bubblebreaker.compiled import compiled
from bubblebreaker.rules import Board, Rules
from bubblebreaker.value.features import OF_THE_BOARD, Floats, describe

GREYS, MOVES = (OF_THE_BOARD.index(name) - len(OF_THE_BOARD) for name in ("grey columns", "moves"))


class Values(Protocol):
    """Whoever says what boards are worth. One that has ``peeled``, and it is true, is told of peels too."""

    def worth(self, told: Floats) -> Floats:
        """Return the points still to come after boards that ``features.describe`` told of, float32 (m,)."""


@dataclass(frozen=True)
class Ahead:
    """The moves on each of n boards: what ``engine.after_states`` returns, what is told of it, its worth.

    ``told`` float32 (m, width); ``points``, ``worth`` float64 (m,); ``last`` bool (m,): the game ends.
    """

    after: engine.AfterStates
    told: Floats
    points: npt.NDArray[np.float64]
    worth: npt.NDArray[np.float64]
    last: npt.NDArray[np.bool_]

    def best(self) -> Ints:
        """Return the number of each board's best move, (n,); -1 where there is none."""
        best: Ints = best_of(self.points + self.worth, self.after.starts)
        return best


def look_ahead(rules: Rules, boards: Int8s, values: Values) -> Ahead:
    """Try every move on each board (n, rows, columns)."""
    after = engine.after_states(rules, boards)
    told = describe(after.boards, rules.colours, peeled=getattr(values, "peeled", False))
    last = ends(rules, told)
    worth = np.where(last, 0.0, values.worth(told)) if len(told) else np.zeros(0)
    return Ahead(after, told, after.points.astype(np.float64), worth.astype(np.float64), last)


def ends(rules: Rules, told: Floats) -> npt.NDArray[np.bool_]:
    """Say of which boards nothing can come any more: no group, and no column yet to be thrown."""
    stuck: npt.NDArray[np.bool_] = told[:, MOVES] == 0
    if rules.refill == "random":
        stuck &= told[:, GREYS] == 0
    return stuck


@compiled
def best_of(totals: npt.NDArray[np.float64], starts: Ints) -> Any:
    """Return where the largest of ``totals[starts[i]:starts[i + 1]]`` is, the first of equals; -1: none."""
    best = np.full(len(starts) - 1, -1)
    for i in range(len(best)):
        for j in range(starts[i], starts[i + 1]):
            if best[i] < 0 or totals[j] > totals[best[i]]:
                best[i] = j
    return best


def choose(rules: Rules, board: Board, values: Values) -> tuple[int, int]:
    """Return the cell (row, column) of the best move on one board that has moves left."""
    ahead = look_ahead(rules, board[np.newaxis], values)
    action = int(ahead.after.actions[ahead.best()[0]])
    return divmod(action, rules.columns)


def play(
    rules: Rules, boards: Int8s, dice: engine.UInt32s, values: Values, limit: int = 10_000
) -> tuple[Ints, Ints]:
    """Play all games side by side, always the best move, to their ends or for ``limit`` moves.

    Boards (n, rows, columns) and dice (n,) are played on in place. Returns points and moves, int64 (n,).
    """
    packed = pack(rules)
    points, moves = np.zeros(len(boards), np.int64), np.zeros(len(boards), np.int64)
    going = np.arange(len(boards))
    while len(going) and limit:
        some, thrown = boards[going], dice[going]
        ahead = look_ahead(rules, some, values)
        best = ahead.best()
        actions = np.full(len(going), -1)
        actions[best >= 0] = ahead.after.actions[best[best >= 0]]
        gained, sizes, _ = engine.step(packed, some, thrown, actions)
        boards[going], dice[going] = some, thrown
        points[going] += gained
        moves[going] += sizes > 0
        going = going[sizes > 0]
        limit -= 1
    return points, moves
