"""The recurrent network: it reads one character after the other and says each time which one comes next."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import lasagne
import numpy as np
import numpy.typing as npt
import theano
import theano.tensor as T  # noqa: N812 - as Theano's own examples write it
from theano.sandbox.rng_mrg import MRG_RandomStreams

from workshop.teach.charmodel import gru, through_time
from workshop.teach.charmodel.alphabet import Ids
from workshop.teach.charmodel.cells import CELLS, Expression
from workshop.teach.charmodel.gru import QuickWalk
from workshop.teach.charmodel.streams import Batch, Floats
from workshop.teach.charmodel.through_time import Walk

CLIP = 5.0
"""The norm of all gradients together is cut down to this (Pascanu and others, 2013)."""


@dataclass(frozen=True)
class Form:
    """How a network is built."""

    characters: int
    """Numbers in the alphabet."""
    units: int = 256
    cell: str = "gru"
    """``gru`` or ``lstm``."""
    layers: int = 1
    conditions: int = 0
    """Kinds of text that it tells apart: each adds something of its own to what every character says."""
    dropout: float = 0.0
    """Share of each layer's units that are silenced while it learns, the same ones for a whole window
    (Gal and Ghahramani, 2016)."""

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """The shapes of all weights, in their fixed order."""
        gates, units = CELLS[self.cell].gates, self.units
        found: list[tuple[int, ...]] = []
        for level in range(self.layers):
            found += [(gates, units if level else self.characters, units)]
            found += [(gates, units)] if level else []
            found += [(gates, self.conditions, units)] if self.conditions and not level else []
            found += [(gates, units, units)]
        return [*found, (units, self.characters), (self.characters,)]


class Layer:
    """The weights of one layer: float32, one matrix a gate."""

    def __init__(self, form: Form, level: int, dice: np.random.Generator) -> None:
        """Begin with small noise, the cell's own bias, and a rotation for what is remembered.

        A rotation lets what is remembered neither fade nor grow.
        """
        cell, units = CELLS[form.cell], form.units
        inputs = form.units if level else form.characters
        bias = np.repeat(np.array(cell.bias)[:, None], units, axis=1)
        noise = dice.uniform(-1, 1, (cell.gates, inputs, units)) / np.sqrt(units)
        # One row a character is read at a time, so the bias can be part of each.
        self.table = shared(noise if level else noise + bias[:, None])
        self.bias = shared(bias) if level else None
        squares = [np.linalg.qr(dice.standard_normal((units, units)))[0] for _ in range(cell.gates)]
        self.recurrent = shared(np.array(squares))
        conditioned = form.conditions and not level
        self.kinds = shared(np.zeros((cell.gates, form.conditions, units))) if conditioned else None

    @property
    def inputs(self) -> list[Expression]:
        """The weights of what the layer is told; the recurrent ones come besides."""
        return [each for each in (self.table, self.bias, self.kinds) if each is not None]


def shared(value: npt.NDArray[Any]) -> Expression:
    """Return a shared variable of float32."""
    return theano.shared(np.ascontiguousarray(value, np.float32))


class Symbols:
    """The symbols that a compiled function takes."""

    def __init__(self, *, masked: bool, conditioned: bool) -> None:
        """Make a set of symbols, with or without the optional ones."""
        self.read, self.wanted, self.state = T.imatrix("read"), T.imatrix("wanted"), T.tensor4("state")
        self.mask = T.matrix("mask") if masked else None
        self.condition = T.ivector("condition") if conditioned else None

    @property
    def optional(self) -> list[Expression]:
        """The optional ones that are there."""
        return [each for each in (self.mask, self.condition) if each is not None]


class Network:
    """A language model p(next character | all before, condition), as a stack of recurrent layers.

    The weights are Theano's shared variables. What it can do is compiled when it is first asked for.
    ``state`` is float32 (layers, parts, rows, units); without one it begins at 0. ``condition`` is int32
    (rows,), for networks that have conditions.
    """

    def __init__(self, form: Form, seed: int = 1) -> None:
        """Begin with random weights that depend on ``seed`` alone."""
        self.form = form
        self.cell = CELLS[form.cell]
        dice = np.random.default_rng(seed)
        self.layers = [Layer(form, level, dice) for level in range(form.layers)]
        noise = dice.uniform(-1, 1, (form.units, form.characters)) / np.sqrt(form.units)
        self.answer = [shared(noise), shared(np.zeros(form.characters))]
        self.memory: list[Expression] = []
        """What Adam remembers, once learning was compiled: shared variables."""
        self._silence = MRG_RandomStreams(seed)
        self._compiled: dict[tuple[Any, ...], Callable[..., Any]] = {}

    @property
    def weights(self) -> list[Expression]:
        """All weights, in a fixed order."""
        return [*(each for layer in self.layers for each in (*layer.inputs, layer.recurrent)), *self.answer]

    @property
    def _units(self) -> Expression:
        """The number of units, as the weights have it: what is compiled serves every number."""
        return self.answer[0].shape[0]

    def start(self, rows: int) -> Floats:
        """Return the state before anything was read."""
        return np.zeros((self.form.layers, self.cell.parts, rows, self.form.units), np.float32)

    # What it can do ----------------------------------------------------------------------------------

    def learn(
        self, batch: Batch, rate: float, state: Floats | None = None, condition: Ids | None = None
    ) -> tuple[float, Floats]:
        """Make one step of Adam on a batch; return its nats per character and the state at its end.

        Gradients go back to the batch's first step and no further (truncated back-propagation through time).
        """
        loss, end = self._run("learn", batch, state, condition, np.float32(rate))
        return float(loss), end

    def nats(
        self, batch: Batch, state: Floats | None = None, condition: Ids | None = None
    ) -> tuple[Floats, Floats]:
        """Return −ln p of each wanted character, (steps, rows), 0 where the mask is 0; and the last state."""
        return self._run("nats", batch, state, condition)

    def look(
        self, batch: Batch, state: Floats | None = None, condition: Ids | None = None
    ) -> tuple[Floats, Floats]:
        """Return what the top layer shows after each character, (steps, rows, units); and the last state."""
        return self._run("look", batch, state, condition)

    def next(self, read: Ids, state: Floats, condition: Ids | None = None) -> tuple[Floats, Floats]:
        """Read one character a row, int32 (rows,).

        Returns the answers before the softmax, (rows, characters), and the state.
        """
        given = [] if condition is None else [condition]
        answers, end = self._function("next", False, condition is not None)(read, state, *given)
        return answers, end

    def _run(
        self, what: str, batch: Batch, state: Floats | None, condition: Ids | None, *more: Any
    ) -> tuple[Any, Floats]:
        state = self.start(batch.read.shape[1]) if state is None else state
        given = [each for each in (batch.mask, condition) if each is not None]
        wanted = [] if what == "look" else [batch.wanted]
        function = self._function(what, batch.mask is not None, condition is not None)
        answer, end = function(batch.read, *wanted, state, *given, *more)
        return answer, end

    def _function(self, what: str, masked: bool, conditioned: bool) -> Callable[..., Any]:
        """Return a compiled function; it is compiled when it is first needed."""
        if (what, masked, conditioned) not in self._compiled:
            build = {"learn": self._learn, "nats": self._measure, "look": self._look, "next": self._next}[
                what
            ]
            symbols = Symbols(masked=masked, conditioned=conditioned)
            self._compiled[what, masked, conditioned] = build(symbols)
        return self._compiled[what, masked, conditioned]

    # The graph ---------------------------------------------------------------------------------------

    def walks(
        self, symbols: Symbols, *, learning: bool = False
    ) -> tuple[list[Walk | QuickWalk], list[Expression]]:
        """Return each layer's walk through time, and what it shows, (steps, rows, units)."""
        walks: list[Walk | QuickWalk] = []
        said = [symbols.read]
        for level, layer in enumerate(self.layers):
            start = [symbols.state[level, part] for part in range(self.cell.parts)]
            if self.cell.in_c:
                told, which = self._entries(layer, said[-1], symbols)
                walks.append(
                    gru.forward(layer.recurrent, told, which, start[0], symbols.mask, learning=learning)
                )
            else:
                heard = self._told(layer, said[-1], symbols.condition)
                walks.append(through_time.forward(self.cell, layer.recurrent, heard, start, symbols.mask))
            said.append(self._silenced(walks[-1].states[0]) if learning else walks[-1].states[0])
        return walks, said[1:]

    def _entries(self, layer: Layer, said: Expression, symbols: Symbols) -> tuple[Expression, Expression]:
        """Return all that the gates can be told, (gates, entries, units), and which it is, (steps, rows)."""
        gates = self.cell.gates
        if layer.bias is not None:
            flat = said.reshape((-1, self._units))
            told = [T.dot(flat, layer.table[gate]) + layer.bias[gate] for gate in range(gates)]
            return T.stack(told), T.arange(flat.shape[0], dtype="int32").reshape(symbols.read.shape)
        if layer.kinds is None or symbols.condition is None:
            return layer.table, said
        each = layer.kinds.dimshuffle(0, 1, "x", 2) + layer.table.dimshuffle(0, "x", 1, 2)
        which = symbols.condition * np.int32(self.form.characters) + said
        return each.reshape((gates, -1, self._units)), which

    def _told(self, layer: Layer, said: Expression, condition: Expression | None) -> list[Expression]:
        """Return what each gate is told, by characters (…,) or by the layer below (…, units)."""
        told = []
        for gate in range(self.cell.gates):
            if layer.bias is None:
                row = layer.table[gate][said.flatten()].reshape((*_shape(said), self._units), said.ndim + 1)
            else:
                row = T.dot(said, layer.table[gate]) + layer.bias[gate]
            told.append(
                row if layer.kinds is None or condition is None else row + layer.kinds[gate][condition]
            )
        return told

    def _silenced(self, shown: Expression) -> Expression:
        """Return what a layer shows, some units of it silenced and the others louder by as much."""
        if not self.form.dropout:
            return shown
        kept = 1 - self.form.dropout
        chosen = self._silence.binomial((shown.shape[1], self._units), p=kept, dtype="float32")
        return shown * (chosen / np.float32(kept))

    def logits(self, shown: Expression) -> Expression:
        """Return the answers before the softmax, (n, characters), of what is shown, (…, units)."""
        return T.dot(shown.reshape((-1, self._units)), self.answer[0]) + self.answer[1]

    def _each(self, symbols: Symbols, shown: Expression) -> Expression:
        """Return −ln p of each wanted character, (steps, rows), 0 where the mask is."""
        chances = T.nnet.softmax(self.logits(shown))
        nats = T.nnet.categorical_crossentropy(chances, symbols.wanted.flatten()).reshape(
            symbols.wanted.shape
        )
        return nats if symbols.mask is None else nats * symbols.mask

    def gradients(self, symbols: Symbols) -> tuple[Expression, list[Expression], Expression]:
        """Return the nats per character, their gradients by all weights, and the last state."""
        walks, said = self.walks(symbols, learning=True)
        nats = self._each(symbols, said[-1])
        loss = nats.mean() if symbols.mask is None else nats.sum() / symbols.mask.sum()
        states = [walk.states[0] for walk in walks]
        by_states, *by_answer = T.grad(loss, [states[-1], *self.answer])
        found: list[Expression] = []
        for level in reversed(range(self.form.layers)):
            walk, below = walks[level], states[level - 1] if level else None
            if isinstance(walk, QuickWalk):
                by_entries, by_recurrent = gru.backward(walk, by_states)
                targets = [*self.layers[level].inputs, *([] if below is None else [below])]
                by_inputs = T.grad(
                    None, targets, known_grads={walk.told: by_entries}, disconnected_inputs="ignore"
                )
                by_states = None if below is None else by_inputs.pop()
            else:
                by_told, by_recurrent = through_time.backward(walk, by_states)
                by_inputs, by_states = self._by_inputs(level, walk.told, by_told, symbols, below)
            found = [*by_inputs, by_recurrent, *found]
        return loss, [*found, *by_answer], _together(walks)

    def _by_inputs(
        self,
        level: int,
        told: Sequence[Expression],
        by_told: list[Expression],
        symbols: Symbols,
        below: Expression | None,
    ) -> tuple[list[Expression], Expression]:
        """Return the gradients by a layer's input weights and by what the layer below shows."""
        layer = self.layers[level]
        known = OrderedDict(zip(told, by_told, strict=True))
        if below is not None:
            *by_inputs, by_below = T.grad(None, [*layer.inputs, below], known_grads=known)
            return by_inputs, by_below
        # As a product: adding thousands of rows one by one takes longer.
        chosen = T.extra_ops.to_one_hot(symbols.read.flatten(), self.form.characters, dtype="float32")
        flat = [gradient.reshape((-1, self._units)) for gradient in by_told]
        by_table = T.stack([T.dot(chosen.T, gradient) for gradient in flat])
        if layer.kinds is None:
            return [by_table], None
        by_kinds = T.grad(None, layer.kinds, known_grads=known, disconnected_inputs="ignore")
        return [by_table, by_kinds], None

    def _learn(self, symbols: Symbols) -> Callable[..., Any]:
        rate = T.scalar("rate")
        loss, gradients, end = self.gradients(symbols)
        clipped = lasagne.updates.total_norm_constraint(gradients, CLIP)
        updates = lasagne.updates.adam(clipped, self.weights, rate)
        self.memory = [own for own in updates if own not in self.weights]
        inputs = [symbols.read, symbols.wanted, symbols.state, *symbols.optional, rate]
        return theano.function(inputs, [loss, end], updates=updates)  # type: ignore[no-any-return]

    def _measure(self, symbols: Symbols) -> Callable[..., Any]:
        walks, said = self.walks(symbols)
        inputs = [symbols.read, symbols.wanted, symbols.state, *symbols.optional]
        return theano.function(inputs, [self._each(symbols, said[-1]), _together(walks)])  # type: ignore[no-any-return]

    def _look(self, symbols: Symbols) -> Callable[..., Any]:
        walks, said = self.walks(symbols)
        inputs = [symbols.read, symbols.state, *symbols.optional]
        return theano.function(inputs, [said[-1], _together(walks)])  # type: ignore[no-any-return]

    def _next(self, symbols: Symbols) -> Callable[..., Any]:
        """A single step needs no scan: without one it takes a fraction of the time."""
        read = T.ivector("read")
        said, ends = read, []
        for level, layer in enumerate(self.layers):
            told = self._told(layer, said, symbols.condition)
            state = [symbols.state[level, part] for part in range(self.cell.parts)]
            heard = [T.dot(state[0], layer.recurrent[gate]) for gate in range(self.cell.gates)]
            ends.append(self.cell.combine(told, heard, state))
            said = ends[-1][0]
        end = T.stack([T.stack(parts) for parts in ends])
        return theano.function([read, symbols.state, *symbols.optional], [self.logits(said), end])  # type: ignore[no-any-return]

    # Weights -----------------------------------------------------------------------------------------

    def values(self) -> list[Floats]:
        """Return all weights as arrays, in their fixed order."""
        return [each.get_value() for each in self.weights]

    def take(self, values: Sequence[npt.NDArray[Any]]) -> None:
        """Take over the weights of another network, which may have another number of units.

        What was compiled stays of use; what Adam remembers is forgotten. Raises ValueError when the other
        network's form differs in anything but its units.
        """
        shapes = [value.shape for value in values]
        form = replace(self.form, units=shapes[-2][0] if len(shapes) > 1 and shapes[-2] else 0)
        if shapes != form.shapes:
            raise ValueError(f"its weights have the shapes {shapes}, not {form.shapes}")
        self.form = form
        for weight, value in zip(self.weights, values, strict=True):
            weight.set_value(np.ascontiguousarray(value, np.float32))
        self._forget()

    def _forget(self) -> None:
        """Let Adam begin anew: two averages for each weight, and a clock."""
        for number, own in enumerate(self.memory[:-1]):
            own.set_value(np.zeros_like(self.weights[number // 2].get_value(borrow=True)))
        for clock in self.memory[-1:]:
            clock.set_value(np.float32(0))

    def facts(self) -> dict[str, Any]:
        """Return the form as plain values."""
        return asdict(self.form)


def _shape(values: Expression) -> list[Expression]:
    return [values.shape[axis] for axis in range(values.ndim)]


def _together(walks: Sequence[Walk | QuickWalk]) -> Expression:
    """Return the last state of all layers as one expression."""
    return T.stack([T.stack(walk.end) for walk in walks])
