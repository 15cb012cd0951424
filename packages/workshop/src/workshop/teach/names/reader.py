"""The network that reads a name from both ends and says which region it is from.

Letters become vectors (an embedding), two LSTMs read them, one forwards and one backwards, and of all
that they showed while reading the maximum and the mean go to a softmax: a bidirectional recurrent
network (Schuster and Paliwal, 1997) with pooling over time (Collobert and others, 2011).

Beside it, if wanted, stands what counting has: one weight for each run of letters and region, learnt together
with the rest (wide and deep: Cheng and others, 2016, https://arxiv.org/abs/1606.07792).
"""

from __future__ import annotations

import gc
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import lasagne
import numpy as np
import numpy.typing as npt
import theano
import theano.sparse
import theano.tensor as T  # noqa: N812 - as Theano's own examples write it
from scipy import sparse
from theano.sandbox.rng_mrg import MRG_RandomStreams

from workshop.teach.charmodel import through_time
from workshop.teach.charmodel.cells import Expression, Lstm
from workshop.teach.names.letters import CODES, UNKNOWN, padded
from workshop.teach.names.runs import counted

Floats = npt.NDArray[np.float32]
LSTM = Lstm()
CLIP = 5.0
"""The norm of all gradients together is cut down to this (Pascanu and others, 2013)."""
COUNTING_SCALE = 3.0
"""What counting says is amplified by this: otherwise it would learn too slowly next to the LSTMs."""


def shared(value: npt.NDArray[Any]) -> Expression:
    """Return a shared variable of float32."""
    return theano.shared(np.ascontiguousarray(value, np.float32))


@dataclass(frozen=True)
class Shape:
    """How the network is built."""

    classes: int = 7
    width: int = 32
    """Numbers that stand for a letter."""
    units: int = 64
    """Units of each of the two LSTMs."""
    dropout: float = 0.3
    """Share of what the LSTMs showed that is silenced while it learns."""
    hidden: float = 0.05
    """Share of the letters that are covered while it learns."""
    columns: int = 0
    """So many columns for runs of letters, see ``runs.counted``; 0: it does not count."""
    regions: int = 7
    """The first classes, which counting has a column of weights for; one more is for all further classes."""
    european: list[int] = field(default_factory=list)
    """Further classes for which counting answers as for the last region."""
    deaf: float = 0.3
    """Share of the names for which counting is silenced while it learns."""


class Reader:
    """p(region | name). The weights are Theano's shared variables; functions are compiled when needed.

    ``letters`` is int32 (steps, rows), see ``letters.padded``; ``mask`` float32, likewise, 0 where a
    shorter name was filled up.
    """

    def __init__(self, shape: Shape | None = None, seed: int = 1) -> None:
        """Begin with random weights that depend on ``seed`` alone."""
        self.shape = shape or Shape()
        rng = np.random.default_rng(seed)
        width, units = self.shape.width, self.shape.units
        self.embedding = shared(rng.normal(0, 0.3, (CODES, width)))
        self.readers = [self._lstm(rng, width, units) for _ in range(2)]
        noise = rng.normal(0, 1, (4 * units, self.shape.classes)) / np.sqrt(4 * units)
        self.output: list[Expression] = [shared(noise), shared(np.zeros(self.shape.classes))]
        wide = np.zeros((self.shape.columns, self.shape.regions + 1))
        self.counting: list[Expression] = [shared(wide)] if self.shape.columns else []
        self._chance = MRG_RandomStreams(seed)
        self._compiled: dict[str, Callable[..., Any]] = {}

    @staticmethod
    def _lstm(rng: np.random.Generator, width: int, units: int) -> list[Expression]:
        """Return the weights of an LSTM: from the embedding, the bias, and from what is remembered."""
        noise = rng.uniform(-1, 1, (LSTM.gates, width, units)) * np.sqrt(6 / (width + units))
        bias = np.repeat(np.array(LSTM.bias)[:, None], units, axis=1)
        turns = [np.linalg.qr(rng.normal(size=(units, units)))[0] for _ in range(LSTM.gates)]
        return [shared(noise), shared(bias), shared(np.array(turns))]

    @property
    def weights(self) -> list[Expression]:
        """All weights, in a fixed order."""
        reading = [each for reader in self.readers for each in reader]
        return [self.embedding, *reading, *self.output, *self.counting]

    # The graph ---------------------------------------------------------------------------------------

    def _tables(self, reader: Sequence[Expression]) -> list[Expression]:
        """Return what each letter says to each gate of an LSTM, (codes, units) a gate."""
        weights, bias, _ = reader
        return [T.dot(self.embedding, weights[gate]) + bias[gate] for gate in range(LSTM.gates)]

    def _walk(
        self, reader: Sequence[Expression], tables: list[Expression], letters: Expression, mask: Expression
    ) -> through_time.Walk:
        """Let an LSTM read; ``letters`` and ``mask`` are in its own direction."""
        size = (letters.shape[0], letters.shape[1], self.shape.units)
        told = [table[letters.flatten()].reshape(size) for table in tables]
        nothing = T.zeros((letters.shape[1], self.shape.units), dtype="float32")
        return through_time.forward(LSTM, reader[2], told, [nothing] * LSTM.parts, mask)

    def pooled(self, shown: Sequence[Expression], mask: Expression) -> Expression:
        """Return maximum and mean over the steps of what both LSTMs showed, (rows, 4 · units)."""
        there = mask.dimshuffle(0, 1, "x")
        both = T.concatenate([shown[0], shown[1][::-1]], axis=2)
        most = T.max(both * there - 2 * (1 - there), axis=0)
        return T.concatenate([most, T.sum(both * there, axis=0) / T.sum(there, axis=0)], axis=1)

    def scores(self, pooled: Expression) -> Expression:
        """Return the scores before the softmax, (rows, classes), without counting."""
        return T.dot(pooled, self.output[0]) + self.output[1]

    def _counted(
        self, counts: Sequence[Expression], loud: Expression | float = COUNTING_SCALE
    ) -> Expression | float:
        """Return what counting adds to the scores, (rows, classes); 0 without counts."""
        if not counts:
            return 0.0
        speaks_for = np.full(self.shape.classes, self.shape.regions)
        speaks_for[: self.shape.regions] = np.arange(self.shape.regions)
        speaks_for[self.shape.european] = self.shape.regions - 1
        spread = np.eye(self.shape.regions + 1, dtype=np.float32)[:, speaks_for]
        said = theano.sparse.structured_dot(counts[0], self.counting[0])
        return T.dot(said * T.cast(loud, "float32"), spread)

    def _counts(self) -> list[Expression]:
        return [theano.sparse.csr_matrix("counts", dtype="float32")] if self.shape.columns else []

    def _read(self, letters: Expression, mask: Expression) -> tuple[list[Any], list[through_time.Walk]]:
        tables = [self._tables(reader) for reader in self.readers]
        directions = [(letters, mask), (letters[::-1], mask[::-1])]
        walks = [
            self._walk(reader, table, *direction)
            for reader, table, direction in zip(self.readers, tables, directions, strict=True)
        ]
        return tables, walks

    def _learn(self) -> Callable[..., Any]:
        letters, mask, labels = T.imatrix("letters"), T.matrix("mask"), T.ivector("labels")
        weight, rate = T.vector("weight"), T.scalar("rate")
        covered = self._chance.binomial(letters.shape, p=self.shape.hidden, dtype="int32")
        seen = letters * (1 - covered) + UNKNOWN * covered
        tables, walks = self._read(seen, mask)
        shown = [walk.states[0] for walk in walks]
        pooled = self.pooled(shown, mask)
        kept = np.float32(1 - self.shape.dropout)
        chosen = self._chance.binomial(pooled.shape, p=kept, dtype="float32") / kept
        counts = self._counts()
        loud = self._chance.binomial((letters.shape[1], 1), p=1 - self.shape.deaf, dtype="float32")
        loud *= np.float32(COUNTING_SCALE)
        chances = T.nnet.softmax(self.scores(pooled * chosen) + self._counted(counts, loud))
        loss = (weight * T.nnet.categorical_crossentropy(T.clip(chances, 1e-7, 1), labels)).mean()
        gradients = self._gradients(loss, seen, tables, walks)
        clipped = lasagne.updates.total_norm_constraint(gradients, CLIP)
        updates = lasagne.updates.adam(clipped, self.weights, rate, beta2=0.99)
        return theano.function([letters, mask, labels, weight, rate, *counts], loss, updates=updates)  # type: ignore[no-any-return]

    def _gradients(
        self, loss: Expression, seen: Expression, tables: list[Any], walks: list[through_time.Walk]
    ) -> list[Expression]:
        """Return the gradients by all weights, walking back through time by hand."""
        after = [*self.output, *self.counting]
        found_after = T.grad(loss, [*(walk.states[0] for walk in walks), *after])
        by_shown, by_after = found_after[: len(walks)], found_after[len(walks) :]
        by_embedding, found = 0, []
        for reader, table, walk, by, read in zip(
            self.readers, tables, walks, by_shown, (seen, seen[::-1]), strict=True
        ):
            by_told, by_recurrent = through_time.backward(walk, by)
            # As a product: adding thousands of rows one by one takes longer.
            chosen = T.extra_ops.to_one_hot(read.flatten(), CODES, dtype="float32").T
            by_table = [T.dot(chosen, each.reshape((-1, self.shape.units))) for each in by_told]
            known = OrderedDict(zip(table, by_table, strict=True))
            by_letters, by_input, by_bias = T.grad(None, [self.embedding, *reader[:2]], known_grads=known)
            by_embedding = by_embedding + by_letters
            found += [by_input, by_bias, by_recurrent]
        return [by_embedding, *found, *by_after]

    def _answer(self) -> Callable[..., Any]:
        letters, mask = T.imatrix("letters"), T.matrix("mask")
        _, walks = self._read(letters, mask)
        pooled = self.pooled([walk.states[0] for walk in walks], mask)
        counts = self._counts()
        scores = self.scores(pooled) + self._counted(counts)
        return theano.function([letters, mask, *counts], scores)  # type: ignore[no-any-return]

    def _function(self, what: str) -> Callable[..., Any]:
        if what not in self._compiled:
            self._compiled[what] = {"learn": self._learn, "answer": self._answer}[what]()
        return self._compiled[what]

    # What it can do ----------------------------------------------------------------------------------

    def learn(
        self, letters: npt.NDArray[np.int32], mask: Floats, labels: npt.NDArray[np.int32],
        weight: Floats, rate: float, *counts: sparse.csr_matrix,
    ) -> float:  # fmt: skip
        """Make one step of Adam; return the loss, each name's times its ``weight``, (rows,).

        ``counts`` is one matrix, (rows, columns), for a reader that counts.
        """
        return float(self._function("learn")(letters, mask, labels, weight, np.float32(rate), *counts))

    def rest(self) -> None:
        """Let go of what only learning needs, two moments of each weight; learning again begins anew."""
        self._compiled.pop("learn", None)
        gc.collect()  # a compiled function and its memory hold each other

    def answer(self, letters: npt.NDArray[np.int32], mask: Floats, *counts: sparse.csr_matrix) -> Floats:
        """Return the scores before the softmax, (rows, classes)."""
        scores: Floats = self._function("answer")(letters, mask, *counts)
        return scores

    def batch(self, names: Sequence[str]) -> tuple[Any, ...]:
        """Return romanised names as what it reads: letters, mask and, if it counts, counts."""
        columns = self.shape.columns
        return (*padded(names), *([counted(names, columns)] if columns else []))

    def values(self) -> list[Floats]:
        """Return all weights as arrays, in their fixed order."""
        return [each.get_value() for each in self.weights]

    def take(self, values: Sequence[npt.NDArray[Any]]) -> None:
        """Take over the weights that another reader of the same shape gave; ValueError if it was another."""
        own = [each.get_value(borrow=True).shape for each in self.weights]
        if own != [value.shape for value in values]:
            raise ValueError(f"its weights have the shapes {[value.shape for value in values]}, not {own}")
        for weight, value in zip(self.weights, values, strict=True):
            weight.set_value(np.ascontiguousarray(value, np.float32))

    def facts(self) -> dict[str, Any]:
        """Return the shape as plain values."""
        return asdict(self.shape)
