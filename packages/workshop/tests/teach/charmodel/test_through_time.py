"""The gradient that is written out against the one that Theano derives."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("theano", reason="Theano is not in this environment")

import theano
import theano.tensor as T  # noqa: N812

from workshop.teach.charmodel import through_time
from workshop.teach.charmodel.cells import Lstm

STEPS, ROWS, UNITS = 5, 4, 6
LENGTHS = np.array([5, 2, 0, 4])


@pytest.mark.parametrize("masked", [False, True])
def test_it_is_the_gradient_that_theano_derives(masked: bool) -> None:
    cell, rng = Lstm(), np.random.default_rng(1)

    def noise(*shape: int) -> np.ndarray:
        return rng.normal(0, 0.5, shape).astype(np.float32)

    recurrent = theano.shared(noise(cell.gates, UNITS, UNITS))
    told = [theano.shared(noise(STEPS, ROWS, UNITS)) for _ in range(cell.gates)]
    start = [theano.shared(noise(ROWS, UNITS)) for _ in range(cell.parts)]
    mask = theano.shared((np.arange(STEPS)[:, None] < LENGTHS).astype(np.float32)) if masked else None
    walk = through_time.forward(cell, recurrent, told, start, mask)
    shown = walk.states[0]
    loss = (shown**2 * theano.shared(noise(STEPS, ROWS, UNITS))).sum()
    by_told, by_recurrent = through_time.backward(walk, T.grad(loss, shown))
    derived = T.grad(loss, [*told, recurrent])
    mode = theano.compile.Mode(linker="cvm", optimizer="fast_compile")
    both = theano.function([], [*by_told, by_recurrent, *derived], mode=mode)()
    for own, expected in zip(both[: len(derived)], both[len(derived) :], strict=True):
        assert np.abs(expected).max() > 1e-3
        assert own == pytest.approx(expected, rel=1e-4, abs=1e-6)
