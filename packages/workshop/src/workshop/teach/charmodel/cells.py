"""One step of a recurrent network: what was remembered and what is read become what is remembered.

A cell has several gates. To each, the read character says something (``told``), and so does what was
remembered (``heard``: a product with the gate's square matrix). A cell only says how they are combined;
all arrays are (rows, units), one a gate, so that each lies in memory in one piece.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from workshop.teach.charmodel.activations import sigmoid, tanh

Expression = Any
"""A Theano expression."""


class Cell(ABC):
    """A kind of memory."""

    name: str
    gates: int
    parts: int
    """Numbers that a unit remembers; the first is the one that others see."""
    bias: tuple[float, ...]
    """What each gate begins with."""
    in_c = False
    """Whether it is walked through time in C (``gru``), not by a scan (``through_time``)."""

    @abstractmethod
    def combine(
        self, told: Sequence[Expression], heard: Sequence[Expression], state: Sequence[Expression]
    ) -> list[Expression]:
        """Return the next state, one expression a part, of one expression a gate, twice, and one a part."""


class Gru(Cell):
    """Gated recurrent unit (Cho and others, 2014); gates: reset, update, new.

    The reset gate acts after the matrix, as in cuDNN and PyTorch:
    h' = (1 − z) · tanh(told + r · heard) + z · h. It begins with remembering: the update gate leans
    towards the old state.
    """

    name, gates, parts, bias, in_c = "gru", 3, 1, (0.0, 1.0, 0.0), True

    def combine(
        self, told: Sequence[Expression], heard: Sequence[Expression], state: Sequence[Expression]
    ) -> list[Expression]:
        """Return the next state, see above."""
        reset, update = sigmoid(told[0] + heard[0]), sigmoid(told[1] + heard[1])
        new = tanh(told[2] + reset * heard[2])
        return [new + update * (state[0] - new)]


class Lstm(Cell):
    """Long short-term memory (Hochreiter and Schmidhuber, 1997); gates: input, forget, new, output.

    With the forget gate of Gers and others (2000): c' = f · c + i · g, h' = o · tanh(c'). It begins with
    remembering: the forget gate is open (Jozefowicz and others, 2015).
    """

    name, gates, parts, bias = "lstm", 4, 2, (0.0, 1.0, 0.0, 0.0)

    def combine(
        self, told: Sequence[Expression], heard: Sequence[Expression], state: Sequence[Expression]
    ) -> list[Expression]:
        """Return the next state, see above."""
        enter, forget, new, leave = (one + other for one, other in zip(told, heard, strict=True))
        kept = sigmoid(forget) * state[1] + sigmoid(enter) * tanh(new)
        return [sigmoid(leave) * tanh(kept), kept]


CELLS: dict[str, Cell] = {cell.name: cell for cell in (Gru(), Lstm())}
