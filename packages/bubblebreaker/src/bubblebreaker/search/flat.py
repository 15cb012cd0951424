"""Flat Monte-Carlo search: try each move, play on many times, take the move with the best mean.

It needs no plan, so it also serves the game in which columns enter that nobody can foresee: each
playout throws its own. Two things make few playouts go far. All moves are tried with the same throws
(common random numbers), so that luck counts alike for all; and the playouts are spent by sequential
halving (Karnin, Koren and Somekh, 2013): after each round the worse half of the moves is dropped, and
the rest share what is left.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from bubblebreaker.cells import Int8s, Ints, Packed, ending, load, over, pack, room
from bubblebreaker.compiled import compiled, inlined, mixed
from bubblebreaker.engine import NO_LIMIT, action_at
from bubblebreaker.playouts import UNIFORM, burst, finish, list_groups, most_frequent
from bubblebreaker.rules import Board, Rules


def flat_search(
    rules: Rules, board: Board, seed: int, playouts: int = 20, horizon: int = NO_LIMIT
) -> tuple[int, int] | None:
    """Return the move (row, column) to make on ``board``, or None when the game is over.

    ``playouts``: of each move, were they shared evenly; by TabuColor. ``horizon``: how many moves a playout
    goes on; in the game that goes on and on, far throws are but noise. ``seed``: 0 to 2⁶⁴ - 1.
    """
    packed = pack(rules)
    action = int(_flat(packed, board, np.uint64(seed), playouts, horizon))
    return None if action < 0 else divmod(action, rules.columns)


@compiled
def _flat(packed: Packed, board: Int8s, seed: Any, playouts: int, horizon: int) -> Any:
    """Return the action to take, or -1."""
    cells = np.zeros(room(packed.rows, packed.columns), np.int8)
    work = np.empty((3, len(cells)), np.int64)
    used = load(board, cells)
    groups = list_groups(cells, packed.rows + 1, used, 0, work[0], work[1], work[2])
    if groups == 0:
        return -1
    moves = work[1, :groups].copy()
    totals = np.zeros(groups, np.float64)
    counts = np.zeros(groups, np.int64)
    alive = np.arange(groups)
    left = groups
    rounds = max(1, int(np.ceil(np.log2(groups))))
    done = 0
    for _ in range(rounds):
        each = max(1, playouts * groups // (rounds * left))
        for i in alive[:left]:
            totals[i] += _try(packed, cells, used, moves[i], seed, done, each, horizon)
            counts[i] += each
        done += each
        _best_first(alive[:left], totals, counts)
        left = (left + 1) // 2
    return action_at(packed, moves[alive[0]])


@inlined
def _best_first(alive: Ints, totals: npt.NDArray[np.float64], counts: Ints) -> None:
    """Sort moves by their means; equal ones stay in their order."""
    for i in range(1, len(alive)):
        j = i
        while j > 0:
            here, before = alive[j], alive[j - 1]
            if totals[here] / counts[here] <= totals[before] / counts[before]:
                break
            alive[j], alive[j - 1] = before, here
            j -= 1


@inlined
def _try(
    packed: Packed, start: Int8s, used: int, at: int, seed: Any, first: int, count: int, horizon: int
) -> Any:
    """Return the points of ``count`` playouts together after the move at ``at``.

    Playout number k, from ``first`` on, has the same throws whatever the move.
    """
    cells = np.empty_like(start)
    work = np.empty(3 * len(cells), np.int64)
    rng = np.empty(1, np.uint64)
    total = 0
    for k in range(first, first + count):
        rng[0] = mixed(seed + np.uint64(k))
        dice = np.uint32((mixed(rng[0]) >> np.uint64(32)) | np.uint64(1))
        cells[:] = start
        tabu = most_frequent(packed, cells)
        left, dice, points = burst(packed, cells, used, at, dice, work)
        if over(cells, packed.rows + 1, left):
            points += ending(packed, cells, left)
        more, _, _ = finish(packed, cells, left, dice, UNIFORM, tabu, rng, work, horizon)
        total += points + more
    return total
