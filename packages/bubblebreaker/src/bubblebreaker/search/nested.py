"""Nested Monte-Carlo search (Cazenave, 2009) on a board on which nothing enters.

Level 0 is a playout by TabuColor. Level n plays a game: before each move it tries every move by a search of
level n - 1 and then goes on with the best game that it has seen so far, whichever move found it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from bubblebreaker import engine
from bubblebreaker.cells import Int8s, Ints, Packed, ending, load, pack, room
from bubblebreaker.compiled import compiled, mixed
from bubblebreaker.playouts import UNIFORM, burst, list_groups, most_frequent, pick
from bubblebreaker.rules import Board, Rules
from bubblebreaker.search.deadline import CLOCK_SHARE, Deadline
from bubblebreaker.search.plan import Plan


def nested_search(
    rules: Rules,
    board: Board,
    level: int = 1,
    games: int | None = 1,
    seconds: float = np.inf,
    seed: int = 0,
    clock_share: float = CLOCK_SHARE,
) -> Plan:
    """Return the best of several games by a search of ``level`` on ``board``, int8 (rows, columns).

    It ends after ``games`` of them, or, between two games, after so many ``seconds`` of this process's time
    or ``clock_share`` times as many by the clock. Raises ValueError for rules by which something enters, a
    negative level, or no limit.
    """
    if rules.refill != "none":
        raise ValueError("nested search needs rules by which nothing enters; flat_search plays the others")
    if level < 0 or (games is None and seconds == np.inf):
        raise ValueError("give a level from 0 on, and a number of games or of seconds")
    packed = pack(rules)
    cells = np.zeros(int(room(rules.rows, rules.columns)), np.int8)
    used = load(engine.check_boards(rules, board[None])[0], cells)
    tabu = most_frequent(packed, cells)
    rng = np.array([mixed(np.uint64(seed))], np.uint64)
    moves = np.empty(rules.cells // 2 + 1, np.int64)
    # To load or compile the machine code is nobody's thinking time.
    nested(packed, np.zeros_like(cells), 0, 0, level, rng.copy(), moves)
    best, steps, done, deadline = Plan(-(2**62), [], 0), 0, 0, Deadline(seconds, clock_share)
    while done == 0 or (not deadline.passed() and (games is None or done < games)):
        points, count, made = nested(packed, cells, used, tabu, level, rng, moves)
        steps += made
        done += 1
        if points > best.score:
            best = Plan(points, engine.cells_of(rules, moves[:count]), 0)
    return best._replace(steps=steps)


@compiled
def nested(
    packed: Packed,
    start: Int8s,
    used: int,
    tabu: int,
    level: int,
    rng: npt.NDArray[np.uint64],
    moves: Ints,
) -> Any:
    """Play from ``start`` by a search of ``level``; ``moves`` gets the game's cells.

    Returns (points, how many moves it has, how many moves were made to find it).
    """
    if level == 0:
        return playout(packed, start, used, tabu, rng, moves)
    stride = packed.rows + 1
    cells, then = start.copy(), start.copy()
    work = np.empty((3, len(cells)), np.int64)
    line = np.empty(len(moves), np.int64)
    best, length = -(2**62), 0
    points, played, steps = 0, 0, 0
    while True:
        groups = list_groups(cells, stride, used, tabu, work[0], work[1], work[2])
        if groups == 0:
            groups = list_groups(cells, stride, used, 0, work[0], work[1], work[2])
        if groups == 0:
            break
        for at in work[1, :groups].copy():
            then[:] = cells
            left, _, gained = burst(packed, then, used, at, np.uint32(1), work[0])
            more, count, made = nested(packed, then, left, tabu, level - 1, rng, line)
            steps += made + 1
            if points + gained + more > best:
                best = points + gained + more
                moves[played] = at
                moves[played + 1 : played + 1 + count] = line[:count]
                length = played + 1 + count
        used, _, gained = burst(packed, cells, used, moves[played], np.uint32(1), work[0])
        points += gained
        played += 1
    if length == 0:
        best = ending(packed, cells, used)
    return best, length, steps


@compiled
def playout(
    packed: Packed, start: Int8s, used: int, tabu: int, rng: npt.NDArray[np.uint64], moves: Ints
) -> Any:
    """Play from ``start`` by TabuColor; ``moves`` gets the cells. Returns (points, moves, moves)."""
    cells = start.copy()
    work = np.empty(3 * len(cells), np.int64)
    points, count = 0, 0
    while True:
        at = pick(packed, cells, used, UNIFORM, tabu, rng, work)
        if at < 0:
            return points + ending(packed, cells, used), count, count
        moves[count] = at
        count += 1
        used, _, gained = burst(packed, cells, used, at, np.uint32(1), work)
        points += gained
