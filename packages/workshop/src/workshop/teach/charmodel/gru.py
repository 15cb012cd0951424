"""A GRU walked through time by one piece of C, and its gradient walked back by another.

``through_time`` does the same for any cell by ``theano.scan``, and the tests hold this one against it. A scan
asks Python for every step, multiplies with a library that packs the matrices anew each time, and gives each
gate arrays of its own. Here a gate's own line of the table is read where it is, and its gradient added there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import theano.tensor as T  # noqa: N812
from theano.gof import Apply, Op

from workshop.teach.charmodel.activations import fraction
from workshop.teach.charmodel.cells import Expression

GATES, KEPT = 3, 4
SOURCE = "\n".join(
    [
        f"static inline float quick_tanh(float a) {{ float y; {fraction('a', 'y', 'float')} return y; }}",
        Path(__file__).with_suffix(".c").read_text(encoding="utf-8"),
    ]
)

CHECKED = """
    for (long place = 0; place < steps * rows; place++) {{
        int one = ((int *)PyArray_DATA({which}))[place];
        if (one < 0 || one >= entries) {{
            PyErr_SetString(PyExc_IndexError, "a GRU was told a line that its table has not");
            {fail}
        }}
    }}
"""


class _Walking(Op):  # type: ignore[misc]
    """What both operations have in common: inputs in one piece, and the source above."""

    kinds: Sequence[str]

    def make_node(self, *inputs: Any) -> Any:
        """Take the inputs in one piece each."""
        given = [T.as_tensor_variable(each) for each in inputs]
        pieces = [T.extra_ops.cpu_contiguous(each) if each.ndim else each for each in given]
        if [piece.dtype for piece in pieces] != list(self.kinds):
            raise TypeError(f"a GRU's walk takes {self.kinds}, not {[piece.dtype for piece in pieces]}")
        return Apply(self, pieces, [T.ftensor3(), T.ftensor3()])

    def perform(self, *_: Any) -> None:
        """Only the C code can do it."""
        raise NotImplementedError("a GRU's walk needs a C++ compiler")

    def c_support_code(self) -> str:
        """Return the source."""
        return SOURCE

    def c_code_cache_version(self) -> tuple[Any, ...]:
        """Return what changes with the source."""
        return (1, hashlib.sha256(SOURCE.encode()).hexdigest())

    @staticmethod
    def _made(name: str, *shape: str, zeros: bool = False) -> str:
        """Return code that makes an output, or takes the last call's if it has the same shape."""
        same = " && ".join(f"PyArray_DIMS({name})[{axis}] == ({size})" for axis, size in enumerate(shape))
        zeroed = f"memset(PyArray_DATA({name}), 0, PyArray_NBYTES({name}));" if zeros else ""
        return f"""
            if (!({name} && PyArray_IS_C_CONTIGUOUS({name}) && {same})) {{
                npy_intp shape[3] = {{{", ".join(shape)}}};
                Py_XDECREF({name});
                {name} = (PyArrayObject *)PyArray_EMPTY(3, shape, NPY_FLOAT32, 0);
            }}
            if ({name}) {{ {zeroed} }}
        """


class Forward(_Walking):
    """told, which, start, recurrent, mask → states, the first one ``start``; and what the way back needs."""

    __props__ = ("learning",)
    kinds = ("float32", "int32", "float32", "float32", "float32")

    def __init__(self, learning: bool) -> None:
        """Keep what the way back needs if it is ``learning``; else there is room for one step only."""
        self.learning = learning

    def infer_shape(self, _: Any, shapes: Any) -> list[tuple[Any, ...]]:
        """Return the shapes of the outputs."""
        (steps, rows), units = shapes[1], shapes[2][1]
        return [(steps + 1, rows, units), (steps if self.learning else 1, rows, KEPT * units)]

    def c_code(self, node: Any, name: str, inputs: Any, outputs: Any, sub: Any) -> str:
        """Return the code of a call."""
        (told, which, start, recurrent, mask), (states, kept) = inputs, outputs
        return f"""{{
            long steps = PyArray_DIMS({which})[0], rows = PyArray_DIMS({which})[1];
            long units = PyArray_DIMS({start})[1], entries = PyArray_DIMS({told})[1];
            {_agree(told, f"{GATES}, entries, units", sub["fail"])}
            {_agree(start, "rows, units", sub["fail"])}
            {_agree(recurrent, f"{GATES}, units, units", sub["fail"])}
            {_agree(mask, "steps, rows", sub["fail"])}
            {CHECKED.format(which=which, fail=sub["fail"])}
            {self._made(states, "steps + 1", "rows", "units")}
            {self._made(kept, "steps" if self.learning else "1", "rows", f"{KEPT} * units")}
            if (!{states} || !{kept}) {{ {sub["fail"]} }}
            memcpy(PyArray_DATA({states}), PyArray_DATA({start}), rows * units * sizeof(float));
            if (!walk_forward(steps, rows, units, entries, (float *)PyArray_DATA({told}),
                              (int *)PyArray_DATA({which}), (float *)PyArray_DATA({recurrent}),
                              (float *)PyArray_DATA({mask}), {int(self.learning)},
                              (float *)PyArray_DATA({states}), (float *)PyArray_DATA({kept}))) {{
                PyErr_NoMemory();
                {sub["fail"]}
            }}
        }}"""


class Backward(_Walking):
    """entries, which, recurrent, mask, states, kept, shown → gradients by told, and by what gates heard.

    ``entries`` is the number of lines that ``told`` has.
    """

    __props__ = ()
    kinds = ("int64", "int32", *["float32"] * 5)

    def infer_shape(self, node: Any, shapes: Any) -> list[tuple[Any, ...]]:
        """Return the shapes of the outputs."""
        (steps, rows), units = shapes[1], shapes[2][1]
        return [(GATES, node.inputs[0], units), (steps, rows, GATES * units)]

    def c_code(self, node: Any, name: str, inputs: Any, outputs: Any, sub: Any) -> str:
        """Return the code of a call."""
        (entries, which, recurrent, mask, states, kept, shown), (by_told, by_heard) = inputs, outputs
        return f"""{{
            long steps = PyArray_DIMS({which})[0], rows = PyArray_DIMS({which})[1];
            long units = PyArray_DIMS({recurrent})[1], entries = *(npy_int64 *)PyArray_DATA({entries});
            {_agree(recurrent, f"{GATES}, units, units", sub["fail"])}
            {_agree(mask, "steps, rows", sub["fail"])}
            {_agree(states, "steps + 1, rows, units", sub["fail"])}
            {_agree(kept, f"steps, rows, {KEPT} * units", sub["fail"])}
            {_agree(shown, "steps, rows, units", sub["fail"])}
            {CHECKED.format(which=which, fail=sub["fail"])}
            {self._made(by_told, str(GATES), "entries", "units", zeros=True)}
            {self._made(by_heard, "steps", "rows", f"{GATES} * units")}
            if (!{by_told} || !{by_heard}) {{ {sub["fail"]} }}
            if (!walk_back(steps, rows, units, entries, (int *)PyArray_DATA({which}),
                           (float *)PyArray_DATA({recurrent}), (float *)PyArray_DATA({mask}),
                           (float *)PyArray_DATA({states}), (float *)PyArray_DATA({kept}),
                           (float *)PyArray_DATA({shown}), (float *)PyArray_DATA({by_told}),
                           (float *)PyArray_DATA({by_heard}))) {{
                PyErr_NoMemory();
                {sub["fail"]}
            }}
        }}"""


def _agree(name: str, shape: str, fail: str) -> str:
    """Return code that refuses another shape than this one."""
    sizes = shape.split(", ")
    differs = " || ".join(f"PyArray_DIMS({name})[{axis}] != {size}" for axis, size in enumerate(sizes))
    said = f'"a part of a GRU\'s walk does not have the shape ({shape})"'
    return f"if ({differs}) {{ PyErr_SetString(PyExc_ValueError, {said}); {fail} }}"


@dataclass(frozen=True)
class QuickWalk:
    """What happened on the way forward."""

    recurrent: Expression
    """(gates, units, units)."""
    told: Expression
    """A table of what each gate can be told: (gates, entries, units)."""
    which: Expression
    """The entry that it is told at each step, (steps, rows)."""
    mask: Expression
    """(steps, rows)."""
    since: Expression
    """The states with the one before the first step, (steps + 1, rows, units)."""
    kept: Expression
    states: Sequence[Expression]
    """The others, as the only part."""

    @property
    def end(self) -> list[Expression]:
        """The last state, (rows, units), as the only part."""
        return [self.since[-1]]


def forward(
    recurrent: Expression,
    told: Expression,
    which: Expression,
    start: Expression,
    mask: Expression | None = None,
    *,
    learning: bool = False,
) -> QuickWalk:
    """Walk from the first step to the last. Where ``mask`` is 0 a row's state stays as it was."""
    there = T.ones(which.shape, "float32") if mask is None else T.cast(mask, "float32")
    since, kept = Forward(learning)(told, which, T.cast(start, "float32"), recurrent, there)
    return QuickWalk(recurrent, told, which, there, since, kept, [since[1:]])


def backward(walk: QuickWalk, shown: Expression) -> tuple[Expression, Expression]:
    """Walk back from the last step to the first.

    ``shown`` is the gradient of the loss by all states, (steps, rows, units). Returns its gradients by what
    the gates can be told and by the recurrent matrices. The state before the first step counts as given.
    """
    entries = T.cast(walk.told.shape[1], "int64")
    by_told, by_heard = Backward()(
        entries, walk.which, walk.recurrent, walk.mask, walk.since, walk.kept, shown
    )
    units = walk.recurrent.shape[1]
    seen = walk.since[:-1].reshape((-1, units))
    squares = T.dot(seen.T, by_heard.reshape((-1, GATES * units)))
    return by_told, squares.reshape((units, GATES, units)).dimshuffle(1, 0, 2)
