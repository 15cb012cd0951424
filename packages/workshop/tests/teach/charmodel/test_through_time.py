"""The gradient that is written out against Theano's own, and against differences of the loss."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("theano", reason="Theano is not in this environment")

import theano
import theano.tensor as T  # noqa: N812

from teach.charmodel import toys
from workshop.teach.charmodel.cells import Gru
from workshop.teach.charmodel.network import Network, Symbols

QUICK = theano.compile.Mode(linker="cvm", optimizer="fast_compile")


class Scanned(Gru):
    """A GRU by ``theano.scan``, which Theano can derive."""

    in_c = False


def given(made: Network, masked: bool) -> list[Any]:
    mask = [toys.NAMES.mask] if masked else []
    return [toys.NAMES.read, toys.NAMES.wanted, toys.state(made), *mask, toys.KINDS]


@pytest.mark.parametrize(
    ("cell", "layers", "masked"), [("gru", 1, False), ("gru", 2, True), ("lstm", 2, False)]
)
def test_it_is_the_gradient_that_theano_derives(cell: str, layers: int, masked: bool) -> None:
    made = toys.network(cell, layers)
    made.cell = Scanned() if cell == "gru" else made.cell
    symbols = Symbols(masked=masked, conditioned=True)
    loss, gradients, _ = made.gradients(symbols)
    inputs = [symbols.read, symbols.wanted, symbols.state, *symbols.optional]
    both = theano.function(inputs, [*gradients, *T.grad(loss, made.weights)], mode=QUICK)(
        *given(made, masked)
    )
    for own, derived in zip(both[: len(gradients)], both[len(gradients) :], strict=True):
        assert np.abs(derived).max() > 1e-3
        assert own == pytest.approx(derived, rel=1e-4, abs=1e-6)
