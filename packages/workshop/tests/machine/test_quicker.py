"""What makes Theano's functions in less time changes nothing but the time."""

from __future__ import annotations

import gc
import random
from collections.abc import Iterator
from pathlib import Path
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


@pytest.mark.parametrize("how", ["once", "outer"])
def test_garbage_is_looked_for_seldom_while_a_function_is_made_and_then_as_before(how: str) -> None:
    assert made(how) == quicker.SELDOM
    assert gc.get_threshold() == (700, 10, 10)


def test_where_making_fails_the_collector_is_as_before() -> None:
    with pytest.raises(ValueError, match="fails"):
        made("fails")
    assert gc.get_threshold() == (700, 10, 10)


@pytest.mark.parametrize("own", [(0, 10, 10), (50_000, 5, 5)])
def test_who_wants_it_less_often_still_or_never_gets_that(own: tuple[int, int, int]) -> None:
    gc.set_threshold(*own)
    assert made("once") == own
    assert gc.get_threshold() == own


class Operation:
    def __init__(self, *values: object) -> None:
        self.axis, self.keep, self.dtype = values


@pytest.mark.parametrize("names", [(), ("axis",), ("axis", "dtype"), ("keep", "dtype", "axis")])
def test_properties_are_a_tuple_however_many_they_are(names: tuple[str, ...]) -> None:
    """Of a single one that is a tuple, too: its hash was one of a tuple in a tuple."""
    operation = Operation((0, 1), True, "float32")
    assert quicker.values_of(names)(operation) == tuple(getattr(operation, name) for name in names)


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


def test_a_text_is_read_once(tmp_path: Path) -> None:
    file = tmp_path / "op.c"
    file.write_text("#section support_code\r\nμ", encoding="utf-8", newline="")
    assert quicker.text_of(str(file)) == "#section support_code\nμ"
    file.unlink()
    assert quicker.text_of(str(file)) == "#section support_code\nμ"
