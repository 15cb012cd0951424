"""The walk in C against the walk by ``theano.scan``, whose gradient is held against Theano's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("theano", reason="Theano is not in this environment")

import theano

from teach.charmodel import toys
from workshop.teach.charmodel.cells import Gru
from workshop.teach.charmodel.gru import forward
from workshop.teach.charmodel.network import Form, Network, Symbols
from workshop.teach.charmodel.streams import Batch, Floats

QUICK = theano.compile.Mode(linker="cvm", optimizer="fast_compile")
ROWS, STEPS = 13, 4
"""More rows than are multiplied at once, and some that are left over."""


class Scanned(Gru):
    """The same cell, by a scan."""

    in_c = False


def some(units: int, layers: int, conditions: int, *, scanned: bool = False) -> Network:
    made = Network(Form(5, units, layers=layers, conditions=conditions))
    made.cell = Scanned() if scanned else made.cell
    rng = np.random.default_rng(1)
    made.take([rng.normal(0, 0.3, value.shape).astype(np.float32) for value in made.values()])
    return made


def batch(*, masked: bool) -> Batch:
    rng = np.random.default_rng(2)
    read, wanted = rng.integers(5, size=(2, STEPS, ROWS)).astype(np.int32)
    # A mask is 0 or 1; one in between is blended.
    mask = rng.choice([0, 0.25, 1], size=(STEPS, ROWS)).astype(np.float32)
    return Batch(read, wanted, mask if masked else None)


def learning(made: Network, given: Batch, kinds: Any) -> list[Floats]:
    """Return loss, gradients and the last state."""
    symbols = Symbols(masked=given.mask is not None, conditioned=kinds is not None)
    loss, gradients, end = made.gradients(symbols)
    inputs = [symbols.read, symbols.wanted, symbols.state, *symbols.optional]
    function = theano.function(inputs, [loss, *gradients, end], mode=QUICK)
    optional = [each for each in (given.mask, kinds) if each is not None]
    found = function(given.read, given.wanted, toys.state(made, ROWS), *optional)
    return [np.asarray(each) for each in found]


@pytest.mark.parametrize(
    ("units", "layers", "masked", "conditioned"),
    [(7, 1, False, False), pytest.param(40, 2, True, True, marks=pytest.mark.slow), (64, 1, True, False)],
)
def test_the_c_code_computes_what_theanos_scan_computes(
    units: int, layers: int, masked: bool, conditioned: bool
) -> None:
    given = batch(masked=masked)
    kinds = np.arange(ROWS, dtype=np.int32) % 3 if conditioned else None
    pair = [some(units, layers, 3 * conditioned, scanned=scanned) for scanned in (False, True)]
    own, scanned = (learning(made, given, kinds) for made in pair)
    for mine, theirs in zip(own, scanned, strict=True):
        assert np.abs(theirs).max() > 1e-3
        assert mine.shape == theirs.shape
        assert mine == pytest.approx(theirs, rel=1e-4, abs=2e-6)
    optional = {} if kinds is None else {"condition": kinds}
    for ask in ("nats", "look"):
        answers = [getattr(made, ask)(given, toys.state(made, ROWS), **optional) for made in pair]
        for mine, theirs in zip(*answers, strict=True):
            assert mine == pytest.approx(theirs, rel=1e-4, abs=2e-6)


def test_a_non_contiguous_state_is_read_right() -> None:
    made, given = some(7, 1, 0), batch(masked=False)
    state = toys.state(made, 2 * ROWS)[:, :, ::2]
    assert not state.flags.c_contiguous
    nats, _ = made.nats(given, state)
    assert nats == pytest.approx(made.nats(given, state.copy())[0])


def test_a_result_is_not_overwritten_by_the_next_call() -> None:
    made, given = some(7, 1, 0), batch(masked=False)
    shown, _ = made.look(given, toys.state(made, ROWS))
    before = shown.copy()
    made.look(given)
    assert np.array_equal(shown, before)


@pytest.mark.parametrize("wrong", [5, -1])
def test_a_character_that_is_not_in_the_table_is_refused(wrong: int) -> None:
    made, given = some(7, 1, 0), batch(masked=False)
    given.read[2, 3] = wrong
    with pytest.raises(IndexError, match="a line that its table has not"):
        made.look(given)


def test_a_state_of_other_rows_is_refused() -> None:
    made = some(7, 1, 0)
    with pytest.raises(ValueError, match="shape \\(rows, units\\)"):
        made.look(batch(masked=False), toys.state(made, ROWS + 1))


def test_other_numbers_than_float32_are_refused() -> None:
    table, which = np.zeros((3, 5, 7)), np.zeros((STEPS, ROWS), np.int32)
    with pytest.raises(TypeError, match="float64"):
        forward(np.zeros((3, 7, 7), np.float32), table, which, np.zeros((ROWS, 7), np.float32))
