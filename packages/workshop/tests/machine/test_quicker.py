"""What makes Theano's functions in less time changes nothing but the time."""

from __future__ import annotations

import gc
import random
from collections.abc import Iterator
from typing import Any

import pytest

from workshop.machine import quicker


@pytest.fixture(autouse=True)
def thresholds() -> Iterator[None]:
    """The collector's thresholds are the test's own."""
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    yield
    gc.set_threshold(*before)


@quicker.collecting_seldom
def made(how: str) -> tuple[int, int, int]:
    if how == "fails":
        raise ValueError(how)
    return made("inner") if how == "outer" else gc.get_threshold()


def test_where_making_fails_the_collector_is_as_before() -> None:
    with pytest.raises(ValueError, match="fails"):
        made("fails")
    assert gc.get_threshold() == (700, 10, 10)


class Variable:
    def __init__(self) -> None:
        self.owner: Node | None = None


class Node:
    def __init__(self, inputs: list[Variable], outputs: int) -> None:
        self.inputs = inputs
        self.outputs = [Variable() for _ in range(outputs)]
        for each in self.outputs:
            each.owner = self


def theanos_order(inputs: list[Variable], outputs: list[Variable]) -> list[Node]:
    """Depth first, a node's last input first; what was computed meanwhile is passed over."""
    computed, order = set(inputs), []
    waiting: list[Any] = [each.owner for each in outputs if each.owner][::-1]
    while waiting:
        node = waiting.pop()
        if node.outputs[0] in computed:
            continue
        if any(each not in computed and each.owner for each in node.inputs):
            waiting += [node, *(each.owner for each in node.inputs if each.owner)]
        else:
            computed.update(node.outputs)
            order.append(node)
    return order


@pytest.mark.parametrize("seed", range(200))
def test_nodes_come_in_the_same_order(seed: int) -> None:
    """Any graph; inputs may be in its midst, and then what they came from is not asked for."""
    dice = random.Random(seed)
    variables = [Variable() for _ in range(dice.randint(1, 4))]
    inputs, nodes = list(variables), []
    for _ in range(dice.randint(1, 40)):
        recent = variables[-dice.choice([3, 10, 100]) :]
        node = Node(dice.choices(recent, k=dice.randint(0, 4)), dice.choice([1, 1, 1, 2, 3]))
        variables += node.outputs
        nodes.append(node)
    for node in dice.sample(nodes, min(len(nodes), dice.choice([0, 0, 1, 3]))):
        inputs += node.outputs  # all: with a part of them Theano's would never end
    outputs = dice.sample(variables, dice.randint(1, min(4, len(variables))))
    assert quicker.in_order(inputs, outputs) == theanos_order(inputs, outputs)
