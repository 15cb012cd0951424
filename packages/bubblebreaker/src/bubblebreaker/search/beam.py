"""Monte-Carlo beam search (Cazenave, 2012) on a board on which nothing enters.

All games of the beam make one move after the other, side by side. Each board that a move leads to is
judged by the best of a few playouts by TabuColor; the ``width`` best different ones go on. The best game
that any playout has come upon is the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bubblebreaker import engine
from bubblebreaker.cells import Int8s, Ints, Packed, load, pack, room
from bubblebreaker.compiled import compiled, mixed
from bubblebreaker.playouts import burst, list_groups, most_frequent
from bubblebreaker.rules import Board, Rules
from bubblebreaker.search.deadline import CLOCK_SHARE, Deadline
from bubblebreaker.search.nested import playout
from bubblebreaker.search.plan import Plan

WIDEST = 2000
"""Games side by side in a beam that is as wide as the time allows; they take some 60 MB."""


@dataclass
class _Beam:
    """Boards side by side: cells (n, room), columns with bubbles, points so far, and how they came about."""

    cells: Int8s
    used: Ints
    points: Ints
    paths: list[list[int]]


def beam_search(
    rules: Rules,
    board: Board,
    width: int = 50,
    playouts: int = 1,
    seed: int = 0,
    deadline: Deadline | None = None,
) -> Plan:
    """Return the best game that was found on ``board``, int8 (rows, columns).

    ``width``: games side by side. ``playouts``: of each board. The same seed finds the same game, unless
    ``deadline`` ends the search between two moves. Raises ValueError for rules by which something enters, and
    for a width or playouts below 1.
    """
    if rules.refill != "none":
        raise ValueError("beam search needs rules by which nothing enters; flat_search plays the others")
    if width < 1 or playouts < 1:
        raise ValueError(f"width and playouts are at least 1, not {width} and {playouts}")
    packed = pack(rules)
    cells = np.zeros((1, int(room(rules.rows, rules.columns))), np.int8)
    used = int(load(engine.check_boards(rules, board[None])[0], cells[0]))
    tabu = int(most_frequent(packed, cells[0]))
    rng = np.array([mixed(np.uint64(seed))], np.uint64)
    line = np.empty(rules.cells // 2 + 1, np.int64)
    points, count, steps = playout(packed, cells[0], used, tabu, rng, line)
    best = Plan(int(points), engine.cells_of(rules, line[:count]), 0)
    beam = _Beam(cells, np.array([used]), np.zeros(1, np.int64), [[]])
    while len(beam.paths) and not (deadline and deadline.passed()):
        found = _expand(packed, beam.cells, beam.used, beam.points, tabu, playouts, rng)
        parents, moves, values, hashes, child_cells, child_used, child_points, lines, counts, made = found
        steps += made
        if not len(parents):
            break
        top = int(np.argmax(values))
        if values[top] > best.score:
            path = [*beam.paths[parents[top]], int(moves[top]), *lines[top, : counts[top]].tolist()]
            best = Plan(int(values[top]), engine.cells_of(rules, np.array(path)), 0)
        kept = _best_different(values, hashes, width)
        beam = _Beam(
            child_cells[kept],
            child_used[kept],
            child_points[kept],
            [[*beam.paths[parents[i]], int(moves[i])] for i in kept],
        )
    return best._replace(steps=int(steps))


def widening_beam_search(
    rules: Rules,
    board: Board,
    seconds: float,
    playouts: int = 1,
    seed: int = 0,
    clock_share: float = CLOCK_SHARE,
    widest: int = WIDEST,
) -> Plan:
    """Return the best game that several beams find in so many ``seconds`` of this process's time.

    The first beam is narrow; each one after it is as wide as the time that is left allows, going by the time
    that the one before took. ``clock_share``: how many times as many seconds by the clock. Raises as above.
    """
    # To load or compile the machine code is nobody's thinking time.
    beam_search(rules, board, 1, playouts, seed)
    deadline = Deadline(seconds, clock_share)
    best, steps, width, number = Plan(-(2**62), [], 0), 0, min(4, widest), 0
    while number == 0 or not deadline.passed():
        began = deadline.spent()
        found = beam_search(rules, board, width, playouts, seed + number, deadline)
        best = max(best, found, key=lambda plan: plan.score)
        steps, number = steps + found.steps, number + 1
        took = max(deadline.spent() - began, 1e-3)
        # The time of a narrow beam says little about a wide one, so it widens by steps.
        width = int(max(1, min(widest, 16 * width, 0.9 * width * (seconds - deadline.spent()) / took)))
    return best._replace(steps=steps)


def _best_different(values: Ints, hashes: npt.NDArray[np.uint64], width: int) -> Ints:
    """Return the places of the ``width`` best values, one for each board."""
    order = np.argsort(-values, kind="stable")
    _, firsts = np.unique(hashes[order], return_index=True)
    kept: Ints = order[np.sort(firsts)[:width]]
    return kept


@compiled
def _expand(
    packed: Packed,
    beam: Int8s,
    used: Ints,
    points: Ints,
    tabu: int,
    playouts: int,
    rng: npt.NDArray[np.uint64],
) -> Any:
    """Make every move on every board of the beam; judge what it leads to by playouts.

    Returns, a row for each move: the board it is on, its cell, the points of its best game, a hash of the
    board after it, that board's cells, columns with bubbles and points; the moves of its best game from
    there and how many; and, once, how many moves were made.
    """
    work = np.empty((3, beam.shape[1]), np.int64)
    total = 0
    for i in range(len(beam)):
        total += _list(packed, beam[i], used[i], tabu, work)
    parents = np.empty(total, np.int64)
    moves = np.empty(total, np.int64)
    values = np.full(total, -(2**62))
    hashes = np.empty(total, np.uint64)
    cells = np.empty((total, beam.shape[1]), np.int8)
    left = np.empty(total, np.int64)
    gained = np.empty(total, np.int64)
    lines = np.empty((total, packed.rows * packed.columns // 2 + 1), np.int64)
    counts = np.zeros(total, np.int64)
    line = np.empty(lines.shape[1], np.int64)
    n, steps = 0, 0
    for i in range(len(beam)):
        for at in work[1, : _list(packed, beam[i], used[i], tabu, work)].copy():
            cells[n] = beam[i]
            parents[n], moves[n] = i, at
            left[n], _, more = burst(packed, cells[n], used[i], at, np.uint32(1), work[0])
            gained[n] = points[i] + more
            hashes[n] = _hash(cells[n])
            for _ in range(playouts):
                further, count, made = playout(packed, cells[n], left[n], tabu, rng, line)
                steps += made + 1
                if gained[n] + further > values[n]:
                    values[n] = gained[n] + further
                    lines[n, :count] = line[:count]
                    counts[n] = count
            n += 1
    return parents, moves, values, hashes, cells, left, gained, lines, counts, steps


@compiled
def _list(packed: Packed, cells: Int8s, used: int, tabu: int, work: Ints) -> Any:
    """List the groups that may burst: tabu ones only where there is nothing else."""
    groups = list_groups(cells, packed.rows + 1, used, tabu, work[0], work[1], work[2])
    if groups > 0:
        return groups
    return list_groups(cells, packed.rows + 1, used, 0, work[0], work[1], work[2])


@compiled
def _hash(cells: Int8s) -> Any:
    """Return an uint64 that tells boards apart (FNV-1a)."""
    value = np.uint64(0xCBF29CE484222325)
    for cell in cells:
        value = (value ^ np.uint64(np.uint8(cell))) * np.uint64(0x100000001B3)
    return value
