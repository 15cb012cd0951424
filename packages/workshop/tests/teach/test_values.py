"""The picture of a graph of Values."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.etree import ElementTree

from workshop.teach.values import columns, picture


@dataclass(eq=False)
class Value:
    data: float
    name: str
    parents: list[Value] = field(default_factory=list)
    slopes: list[float] = field(default_factory=list)
    grad: float = 0.0


def square_plus() -> tuple[Value, Value, Value]:
    x = Value(3, "x")
    square = Value(9, "×", [x, x], [3, 3], grad=1)
    return x, square, Value(12, "+", [square, x], [1, 1], grad=1)


def test_the_result_stands_right_of_what_it_was_made_of() -> None:
    x, square, result = square_plus()
    places = columns(result)
    assert places[x][0] < places[square][0] < places[result][0]


def test_each_arrow_carries_its_number_and_its_gradient() -> None:
    *_, result = square_plus()
    drawn = ElementTree.fromstring(picture(result))
    told = [element.text for element in drawn.iter() if element.text]
    assert told.count("3 →") == 3 and told.count("9 →") == 1
    assert told.count("← 3") == 2 and told.count("← 1") == 2
    assert len([element for element in drawn.iter() if element.tag.endswith("path")]) == 4
