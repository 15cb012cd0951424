"""A cell walked through time by ``theano.scan``, and its gradient walked back.

Theano can derive the way back by itself, and the tests hold this one against it. Written out it does
less: what the gates heard is kept and not computed again, and the gradient of the matrices is one large
product after the walk, where a derived one is a small product at every step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import theano
import theano.tensor as T  # noqa: N812

from workshop.teach.charmodel.cells import Expression, Lstm


@dataclass(frozen=True)
class Walk:
    """What happened on the way forward; each expression is (steps, rows, units)."""

    cell: Lstm
    recurrent: Expression
    """(gates, units, units)."""
    start: Sequence[Expression]
    """The state before, (rows, units) a part."""
    told: Sequence[Expression]
    heard: Sequence[Expression]
    states: Sequence[Expression]
    mask: Expression | None
    """(steps, rows)."""

    @property
    def end(self) -> list[Expression]:
        """The last state, (rows, units) a part."""
        return [part[-1] for part in self.states]


def forward(
    cell: Lstm,
    recurrent: Expression,
    told: Sequence[Expression],
    start: Sequence[Expression],
    mask: Expression | None = None,
) -> Walk:
    """Walk from the first step to the last. Where ``mask`` is 0 a row's state stays as it was."""
    masks = [] if mask is None else [mask]
    matrices = [recurrent[gate] for gate in range(cell.gates)]

    def step(*given: Expression) -> list[Expression]:
        now, there, state, squares = _split(given, cell.gates, len(masks), cell.parts, cell.gates)
        heard = [T.dot(state[0], square) for square in squares]
        return [*_held(cell, now, heard, state, there), *heard]

    walked, _ = theano.scan(
        step,
        sequences=[*told, *masks],
        outputs_info=[*start, *[None] * cell.gates],
        non_sequences=matrices,
        strict=True,
    )
    return Walk(cell, recurrent, start, told, walked[cell.parts :], walked[: cell.parts], mask)


def backward(walk: Walk, shown: Expression) -> tuple[list[Expression], Expression]:
    """Walk back from the last step to the first.

    ``shown`` is the gradient of the loss by the first part of all states, (steps, rows, units). Returns its
    gradients by what each gate was told, likewise, and by the recurrent matrices. The state before the first
    step counts as given.
    """
    cell = walk.cell
    masks = [] if walk.mask is None else [walk.mask]
    before = [_shifted(first, part) for first, part in zip(walk.start, walk.states, strict=True)]
    matrices = [walk.recurrent[gate] for gate in range(cell.gates)]

    def step(*given: Expression) -> list[Expression]:
        sizes = (cell.gates, cell.gates, len(masks), cell.parts, 1, cell.parts, cell.gates)
        told, heard, there, state, (error,), later, squares = _split(given, *sizes)
        after = _held(cell, told, heard, state, there)
        weighed = zip(after, [later[0] + error, *later[1:]], strict=True)
        total = sum((part * weight).sum() for part, weight in weighed)
        by = T.grad(total, [*told, *heard, *state], disconnected_inputs="ignore")
        by_told, by_heard, by_state = _split(by, cell.gates, cell.gates, cell.parts)
        for gradient, square in zip(by_heard, squares, strict=True):
            by_state[0] = by_state[0] + T.dot(gradient, square.T)
        return [*by_state, *by_told, *by_heard]

    walked, _ = theano.scan(
        step,
        sequences=[*walk.told, *walk.heard, *masks, *before, shown],
        outputs_info=[*map(T.zeros_like, walk.start), *[None] * (2 * cell.gates)],
        non_sequences=matrices,
        go_backwards=True,
        strict=True,
    )
    by_told = [part[::-1] for part in walked[cell.parts : cell.parts + cell.gates]]
    by_heard = [part[::-1] for part in walked[cell.parts + cell.gates :]]
    seen = _rows(before[0]).T
    return by_told, T.stack([T.dot(seen, _rows(gradient)) for gradient in by_heard])


def _held(
    cell: Lstm,
    told: Sequence[Expression],
    heard: Sequence[Expression],
    state: Sequence[Expression],
    there: Sequence[Expression],
) -> list[Expression]:
    """Return the next state, or the old one where the mask says that there is nothing to read."""
    after = cell.combine(told, heard, state)
    for mask in there:
        after = [old + mask.dimshuffle(0, "x") * (new - old) for old, new in zip(state, after, strict=True)]
    return after


def _shifted(first: Expression, states: Expression) -> Expression:
    """Return the state before each step."""
    return T.concatenate([first.dimshuffle("x", 0, 1), states[:-1]])


def _rows(values: Expression) -> Expression:
    """Return (steps, rows, units) as (steps · rows, units)."""
    return values.reshape((-1, values.shape[2]))


def _split(values: Sequence[Expression], *sizes: int) -> list[list[Expression]]:
    """Cut a flat list into lists of these lengths."""
    lists, start = [], 0
    for size in sizes:
        lists.append(list(values[start : start + size]))
        start += size
    return lists
