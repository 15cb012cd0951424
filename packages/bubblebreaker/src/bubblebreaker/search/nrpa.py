"""Nested rollout policy adaptation (Rosin, 2011): a policy learnt anew for one board.

A policy gives each move a weight; a playout draws moves in proportion to them. A level repeats the
level below, keeps the best game, and after each repetition makes that game's moves more likely. Level 1
repeats some playouts. A move's code is a hash of its group's cells and colour, so that the same group is
the same move on whatever board it comes up. The weights are kept as exponentials: a step along the
policy's gradient multiplies them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from bubblebreaker.cells import Int8s, Ints, Packed, ending
from bubblebreaker.compiled import compiled, fraction
from bubblebreaker.search.groups import (
    CODE_BITS,
    ONE,
    U32,
    U64,
    Desk,
    Policy,
    U32s,
    burst_group,
    code_of,
    colour_of,
    find_groups,
    first_cell,
    size_of,
)

NO_SCORE = -(2**62)


class Line(NamedTuple):
    """A game as it was played: what could be chosen at each of its moves, and what was.

    ``score``: int64 (2,): points, moves. ``at``: the first cell of each move. ``chosen``: the place in
    ``codes`` of each move's code. ``ends``: where in ``codes`` the choices at each move end.
    """

    score: Ints
    at: U32s
    chosen: U32s
    ends: U32s
    codes: U32s


def make_line(packed: Packed) -> Line:
    """Return an empty line with room for any game of these rules in which nothing enters."""
    most = packed.rows * packed.columns // 2 + 1
    return Line(
        np.array([NO_SCORE, 0], np.int64),
        np.zeros(most, np.uint32),
        np.zeros(most, np.uint32),
        np.zeros(most, np.uint32),
        np.zeros(most * (most + 1) // 2, np.uint32),
    )


def make_policy() -> Policy:
    """Return the policy that weighs all moves alike."""
    return np.ones(2**CODE_BITS)


@compiled
def copy_line(source: Line, target: Line) -> None:
    """Write ``source`` into ``target``."""
    moves = source.score[1]
    target.score[:] = source.score
    target.at[:moves] = source.at[:moves]
    target.chosen[:moves] = source.chosen[:moves]
    target.ends[:moves] = source.ends[:moves]
    if moves > 0:
        target.codes[: source.ends[moves - 1]] = source.codes[: source.ends[moves - 1]]


@compiled
def _draw(
    weight: npt.NDArray[np.float64],
    what: npt.NDArray[np.uint64],
    count: Any,
    policy: Policy,
    rng: npt.NDArray[np.uint64],
) -> Any:
    """Return one of ``count`` groups, in proportion to the weights; of tabu ones where all are."""
    total = 0.0
    for i in range(count):
        total += weight[i]
    alike = total == 0.0
    if alike:
        for i in range(count):
            total += policy[code_of(what[i])]
    rest = fraction(rng) * total
    which = U32(0)
    while which < count - ONE:
        rest -= policy[code_of(what[which])] if alike else weight[which]
        if rest < 0:
            break
        which = U32(which + ONE)
    return which


@compiled
def playout(
    packed: Packed,
    start: Int8s,
    used: int,
    tabu: int,
    policy: Policy,
    rng: npt.NDArray[np.uint64],
    desk: Desk,
    at: U32s,
) -> Any:
    """Play one game from the cells ``start``; ``at`` gets its moves; return (points, how many moves)."""
    cells, seen, taken, where, what, weight, keys, columns = desk
    stride = U32(packed.rows + 1)
    points_of = packed.points
    cells[:] = start
    count = find_groups(
        cells, seen, taken, where, what, weight, keys, columns, stride, 0, used, 0, policy, tabu
    )
    points, moves = 0, U32(0)
    while count > 0:
        which = _draw(weight, what, count, policy, rng)
        at[moves] = first_cell(where[which])
        moves = U32(moves + ONE)
        points += points_of[size_of(what[which])]
        used, count = burst_group(
            cells,
            seen,
            taken,
            where,
            what,
            weight,
            keys,
            columns,
            stride,
            used,
            count,
            which,
            policy,
            tabu,
        )
    return points + ending(packed, cells, used), np.int64(moves)


@compiled
def annotate(
    packed: Packed, start: Int8s, used: int, tabu: int, policy: Policy, desk: Desk, line: Line
) -> None:
    """Write into ``line`` what could be chosen at each of its moves."""
    cells, seen, taken, where, what, weight, keys, columns = desk
    stride = U32(packed.rows + 1)
    cells[:] = start
    count = find_groups(
        cells, seen, taken, where, what, weight, keys, columns, stride, 0, used, 0, policy, tabu
    )
    written = U32(0)
    for move in range(line.score[1]):
        all_tabu = True
        for i in range(count):
            all_tabu &= colour_of(what[i]) == U64(tabu)
        which = U32(0)
        for i in range(count):
            if all_tabu or colour_of(what[i]) != U64(tabu):
                line.codes[written] = U32(code_of(what[i]))
                if first_cell(where[i]) == line.at[move]:
                    which = U32(i)
                    line.chosen[move] = written
                written = U32(written + ONE)
        line.ends[move] = written
        used, count = burst_group(
            cells,
            seen,
            taken,
            where,
            what,
            weight,
            keys,
            columns,
            stride,
            used,
            count,
            which,
            policy,
            tabu,
        )


@compiled
def adapt(policy: Policy, line: Line, alpha: float, chances: npt.NDArray[np.float64]) -> None:
    """Make the moves of ``line`` more likely: one step of gradient ascent on their log-likelihood.

    ``chances``: working memory as long as ``line.codes``.
    """
    begin = 0
    for move in range(line.score[1]):
        total = 0.0
        for i in range(begin, line.ends[move]):
            total += policy[line.codes[i]]
        for i in range(begin, line.ends[move]):
            chances[i] = policy[line.codes[i]] / total
        begin = line.ends[move]
    for i in range(begin):
        if chances[i] > 1e-4:
            policy[line.codes[i]] *= np.exp(-alpha * chances[i])
    for move in range(line.score[1]):
        policy[line.codes[line.chosen[move]]] *= np.exp(alpha)


@compiled
def _same(at: U32s, moves: int, line: Line) -> Any:
    return moves == line.score[1] and np.array_equal(at[:moves], line.at[:moves])


@compiled
def first_level(
    packed: Packed,
    start: Int8s,
    used: int,
    tabu: int,
    policy: Policy,
    rng: npt.NDArray[np.uint64],
    repeats: int,
    playouts: int,
    alpha: float,
    desk: Desk,
    best: Line,
    chances: npt.NDArray[np.float64],
) -> Any:
    """Repeat: some playouts, then adapt ``policy`` towards the best so far, which ``best`` gets.

    Of equally good games the latest one counts. It ends early when all playouts of a repetition are the best
    game once more: then the policy hardly leaves anything to chance. Returns how many moves were made.
    """
    best.score[0] = NO_SCORE
    best.score[1] = 0
    at = np.zeros(len(best.at), np.uint32)
    steps = 0
    for _ in range(repeats):
        again = 0
        for _ in range(playouts):
            points, moves = playout(packed, start, used, tabu, policy, rng, desk, at)
            steps += moves
            if points < best.score[0]:
                continue
            if _same(at, moves, best):
                again += 1
                continue
            best.score[0] = points
            best.score[1] = moves
            best.at[:moves] = at[:moves]
            annotate(packed, start, used, tabu, policy, desk, best)
        if again == playouts:
            break
        adapt(policy, best, alpha, chances)
    return steps
