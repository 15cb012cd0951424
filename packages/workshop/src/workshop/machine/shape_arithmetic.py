"""Run in Python what Theano computes of shapes: single whole numbers, one operation at a time.

Each reshape, slice and mean brings some of these along (how many rows, where to begin, at most how far), and
every combination was a C module of its own: two fifths of the modules of a recurrent network, a fifth of a
second each, for a microsecond of work a call. Whole numbers come out the same in either language; what has
fractions or more than one number is compiled as ever. ``theano_patches`` lays a copy of this file into
Theano's package and lets ``Elemwise`` ask :func:`thunk`; so it imports nothing of ours.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

WHOLE = frozenset({"bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"})
OTHERWISE_IN_PYTHON = frozenset({"Invert"})
"""What is not the same for Python's truth values: ``~True`` is -2."""


def is_shape_arithmetic(node: Any) -> bool:
    """Tell whether a node computes single whole numbers of single whole numbers."""
    variables = [*node.inputs, *node.outputs]
    if not node.inputs or any(each.type.ndim or each.type.dtype not in WHOLE for each in variables):
        return False
    scalar = node.op.scalar_op
    inner = getattr(scalar, "fgraph", None)
    steps = [scalar] if inner is None else [each.op for each in inner.apply_nodes]
    return not any(type(each).__name__ in OTHERWISE_IN_PYTHON for each in steps)


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

    def run() -> None:
        found = compute(*[each[0].item() for each in inputs])
        for place, value in enumerate((found,) if alone else found):
            # By astype: what is too large for a type of few bits wraps around, as in C.
            outputs[place][0] = np.asarray(value).astype(types[place])
            done[place][0] = True

    # What Theano's virtual machine asks of each.
    run.inputs, run.outputs, run.lazy = inputs, outputs, False  # type: ignore[attr-defined]
    return run
