"""Theano's graphs become boxes and arrows. One test needs Theano and is skipped without it."""

from __future__ import annotations

import types
from typing import Any

import pytest

from workshop.teach import graphs
from workshop.teach.graphs import CONSTANT, INPUT, OPERATION, RESULT, SHARED


class Apply:
    """What the drawing asks of the application of an operation."""

    def __init__(self, op: Any, inputs: Any) -> None:
        self.op = op
        self.inputs = list(inputs)


class Variable:
    """What the drawing asks of a Theano variable."""

    def __init__(self, name: str = "", op: Any = None, inputs: Any = (), **more: Any) -> None:
        self.name = name
        self.type = "TensorType(float32, scalar)"
        self.owner = Apply(op, inputs) if op is not None else None
        self.__dict__.update(more)


def elementwise(name: str) -> Any:
    return types.SimpleNamespace(scalar_op=types.SimpleNamespace(name=name))


def test_the_parts_of_a_formula_are_told_apart() -> None:
    x, w = Variable("x"), Variable("w", container=[1.0])
    double = Variable(op=elementwise("mul"), inputs=[Variable(data=2.0), x])
    nodes = graphs.nodes_of([Variable("y", elementwise("add"), [double, w])])
    assert [(node.text, node.colour) for node in nodes] == [
        ("2.0", CONSTANT),
        ("x", INPUT),
        ("mul", OPERATION),
        ("w", SHARED),
        ("add\n= y", RESULT),
    ]
    assert all(parent < number for number, node in enumerate(nodes) for parent in node.parents)


def test_theanos_own_graphs_and_functions_can_be_drawn() -> None:
    try:
        import theano
        import theano.tensor as tensor
    except Exception as error:
        pytest.skip(f"Theano cannot be imported here: {error}")
    x = tensor.scalar("x")
    slope = tensor.grad(tensor.sin(x) * x, x)
    texts = {text.get_text() for text in graphs.draw(slope).axes[0].texts}
    assert {"sin", "cos", "x"} <= texts
    compiled = graphs.nodes_of(graphs._outputs([theano.function([x], slope)]))
    assert len(compiled) < len(graphs.nodes_of([slope])), "compiling fuses operations"
