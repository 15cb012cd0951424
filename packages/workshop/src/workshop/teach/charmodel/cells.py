"""One step of a recurrent network: what was remembered and what is read become what is remembered.

A cell has several gates. To each, the read character says something (``told``), and so does what was
remembered (``heard``: a product with the gate's square matrix). A cell only says how they are combined;
all arrays are (rows, units), one a gate, so that each lies in memory in one piece.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workshop.teach.charmodel.activations import sigmoid, tanh

Expression = Any
"""A Theano expression."""


class Lstm:
    """Long short-term memory (Hochreiter and Schmidhuber, 1997); gates: input, forget, new, output.

    With the forget gate of Gers and others (2000): c' = f · c + i · g, h' = o · tanh(c'). It begins with
    remembering: the forget gate is open (Jozefowicz and others, 2015).
    """

    gates, parts = 4, 2
    """``parts``: numbers that a unit remembers; the first is the one that others see."""
    bias = (0.0, 1.0, 0.0, 0.0)
    """What each gate begins with."""

    def combine(
        self, told: Sequence[Expression], heard: Sequence[Expression], state: Sequence[Expression]
    ) -> list[Expression]:
        """Return the next state, see above."""
        enter, forget, new, leave = (one + other for one, other in zip(told, heard, strict=True))
        kept = sigmoid(forget) * state[1] + sigmoid(enter) * tanh(new)
        return [sigmoid(leave) * tanh(kept), kept]
