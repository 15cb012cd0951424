"""Small networks for the tests. What they compile is shared, for it takes most of the tests' time."""

from __future__ import annotations

import numpy as np

from workshop.teach.charmodel.alphabet import Alphabet
from workshop.teach.charmodel.network import Form, Network
from workshop.teach.charmodel.streams import Batch, Floats, padded

ALPHABET = Alphabet("\nabc")
NAMES = padded(["abca", "b", "", "cab"], ALPHABET)
WINDOW = Batch(NAMES.read, NAMES.wanted)
KINDS = np.array([0, 1, 1, 0], np.int32)


def form(cell: str = "gru", layers: int = 1, units: int = 6) -> Form:
    """Return the form of a network that is told apart two kinds of text."""
    return Form(len(ALPHABET), units, cell, layers, conditions=2)


def network(cell: str = "gru", layers: int = 1, units: int = 6, seed: int = 1) -> Network:
    """Return a network with random weights, those of its conditions too."""
    made = Network(form(cell, layers, units), seed)
    rng = np.random.default_rng(seed)
    made.take([rng.normal(0, 0.5, value.shape).astype(np.float32) for value in made.values()])
    return made


def state(made: Network, rows: int = 4, seed: int = 2) -> Floats:
    """Return some state that is not 0."""
    shape = made.start(rows).shape
    return np.random.default_rng(seed).uniform(-0.9, 0.9, shape).astype(np.float32)
