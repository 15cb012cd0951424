"""Run in Python what Theano computes of shapes and of single numbers, one operation at a time.

Each reshape, slice and mean brings some of these along (how many rows, where to begin, at most how far), and
so does each rate that depends on the step. Every combination was a C module of its own: half of the modules
of a network that looks at pictures, a quarter of a second each, for a microsecond of work a call. Single
numbers come out the same in either language, as far as each operation is rounded by itself; what is not, or
has more than one number, is compiled as ever. ``theano_patches`` lays a copy of this file into Theano's
package and lets ``Elemwise`` ask :func:`thunk`, and every operation :func:`is_bookkeeping`; so it imports
nothing of ours.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

WHOLE = frozenset({"bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"})
FRACTIONS = frozenset({"float32", "float64"})
ROUNDED_BY_ITSELF = frozenset(
    {"Abs", "Add", "Cast", "EQ", "GE", "GT", "Identity", "IntDiv", "LE", "LT", "Mul", "NEQ", "Neg", "Pow"}
    | {"Maximum", "Minimum", "Second", "Sqr", "Sqrt", "Sub", "Switch", "TrueDiv"}
)
"""Operations that come out the same to the last digit, where there are fractions."""
TIMES, PLUS = frozenset({"Mul", "Sqr"}), frozenset({"Add", "Sub"})
"""In C, one of each can be one instruction, which rounds once."""
SHAPES = frozenset({"Reshape", "ScalarFromTensor", "Shape", "Shape_i", "TensorFromScalar"})
"""What looks at an array, or at its head, and computes nothing."""
OTHERWISE_IN_PYTHON = frozenset({"Invert"})
"""What is not the same for Python's truth values: ``~True`` is -2."""


def is_shape_arithmetic(node: Any) -> bool:
    """Tell whether an element-wise node computes single numbers of single numbers, as C would."""
    variables = [*node.inputs, *node.outputs]
    if not node.inputs or any(each.type.ndim for each in variables):
        return False
    scalar = node.op.scalar_op
    inner = getattr(scalar, "fgraph", None)
    steps = [(scalar, node)] if inner is None else [(each.op, each) for each in inner.apply_nodes]
    names = {type(op).__name__ for op, _ in steps}
    types = {each.type.dtype for each in variables}
    if types <= WHOLE:
        return not names & OTHERWISE_IN_PYTHON
    if not types <= WHOLE | FRACTIONS or not names <= ROUNDED_BY_ITSELF or (names & TIMES and names & PLUS):
        return False
    return all(_is_of_one_type(type(op).__name__, step) for op, step in steps)


def _is_of_one_type(name: str, step: Any) -> bool:
    """Tell whether nothing is made of another type on the way, which C does by rules of its own."""
    numbers = step.inputs[1:] if name in {"Second", "Switch"} else step.inputs
    return name == "Cast" or len({each.type.dtype for each in numbers}) == 1


def is_bookkeeping(node: Any) -> bool:
    """Tell whether a node says or changes how an array is looked at, or lines up single whole numbers."""
    variables = [*node.inputs, *node.outputs]
    if not node.inputs or not all(hasattr(each.type, "dtype") for each in variables):
        return False
    name = type(node.op).__name__
    if name == "MakeVector":
        return all(each.type.dtype in WHOLE for each in variables)
    # Of a number, or of a row of offsets; whatever is larger is turned around too often.
    return name in SHAPES or (name == "DimShuffle" and node.inputs[0].type.ndim <= 1)


def thunk(op: Any, node: Any, storage: dict[Any, Any], computed: dict[Any, Any]) -> Callable[[], None] | None:
    """Return what computes a node in Python; None for a node that is to be compiled.

    Args:
        op: The element-wise operation.
        node: Where it is applied.
        storage: For each variable the list of one that holds its value.
        computed: For each variable the list of one that says whether it is there.
    """
    if not is_shape_arithmetic(node):
        return None
    op.prepare_node(node, storage, computed, "py")
    compute = op.scalar_op.impl
    inputs = [storage[each] for each in node.inputs]
    outputs = [storage[each] for each in node.outputs]
    types = [np.dtype(each.type.dtype) for each in node.outputs]
    done = [computed[each] for each in node.outputs]
    alone = len(outputs) == 1
    whole = all(each.type.dtype in WHOLE for each in [*node.inputs, *node.outputs])

    def run() -> None:
        if whole:
            found = compute(*[each[0].item() for each in inputs])
        else:
            with np.errstate(all="ignore"):  # as C
                found = compute(*[each[0][()] for each in inputs])
        for place, value in enumerate((found,) if alone else found):
            # By astype: what is too large for a type of few bits wraps around, as in C.
            outputs[place][0] = np.asarray(value).astype(types[place])
            done[place][0] = True

    # What Theano's virtual machine asks of each.
    run.inputs, run.outputs, run.lazy = inputs, outputs, False  # type: ignore[attr-defined]
    return run
