"""Writes small networks as ONNX files (https://onnx.ai/onnx/repo-docs/IR.html), which graph viewers read.

An ONNX file is one message of Protocol Buffers; ``_Message`` writes the few kinds of field that it needs
(https://protobuf.dev/programming-guides/encoding/), so that the site needs neither package.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Shape = tuple[int | str, ...]
"""Of an input or output; a word stands for any number."""

IR_VERSION, OPERATORS_VERSION = 8, 17
FLOAT = 1
_VARINT, _LENGTH = 0, 2


@dataclass(frozen=True)
class Node:
    """One operation, as ONNX names it, with the names of the arrays that it takes and gives."""

    operation: str
    name: str
    inputs: tuple[str, ...]
    output: str
    attributes: dict[str, int | Sequence[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Network:
    """What a file says of one network: float32 from end to end."""

    name: str
    about: str
    input: tuple[str, Shape]
    output: tuple[str, Shape]
    nodes: list[Node]
    arrays: dict[str, Floats]


def as_onnx(network: Network) -> bytes:
    """Return the network as the content of an ONNX file."""
    graph = _Message().text(2, network.name).text(10, network.about)
    for node in network.nodes:
        graph.message(1, _node(node))
    for name, array in network.arrays.items():
        graph.message(5, _array(name, array))
    graph.message(11, _value(*network.input)).message(12, _value(*network.output))
    model = _Message().number(1, IR_VERSION).text(2, "deep-learning-workshop").message(7, graph)
    return bytes(model.message(8, _Message().text(1, "").number(2, OPERATORS_VERSION)).content)


class _Message:
    """The fields of one message, in the order in which they were added."""

    def __init__(self) -> None:
        self.content = bytearray()

    def number(self, place: int, value: int) -> _Message:
        """Add a whole number that is not below zero."""
        self.content += _varint(place << 3 | _VARINT) + _varint(value)
        return self

    def data(self, place: int, value: bytes) -> _Message:
        """Add bytes."""
        self.content += _varint(place << 3 | _LENGTH) + _varint(len(value)) + value
        return self

    def text(self, place: int, value: str) -> _Message:
        """Add a text."""
        return self.data(place, value.encode())

    def message(self, place: int, value: _Message) -> _Message:
        """Add a message within this one."""
        return self.data(place, bytes(value.content))


def _varint(value: int) -> bytes:
    """Return seven bits a byte, the lowest first; the eighth says that more follow."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _node(node: Node) -> _Message:
    made = _Message()
    for name in node.inputs:
        made.text(1, name)
    made.text(2, node.output).text(3, node.name).text(4, node.operation)
    for key, value in node.attributes.items():
        made.message(5, _attribute(key, value))
    return made


def _attribute(name: str, value: Any) -> _Message:
    """Write an integer (kind 2) or a list of them (kind 7)."""
    made = _Message().text(1, name)
    if isinstance(value, int):
        return made.number(3, value).number(20, 2)
    for each in value:
        made.number(8, each)
    return made.number(20, 7)


def _array(name: str, array: Floats) -> _Message:
    made = _Message()
    for size in array.shape:
        made.number(1, size)
    return made.number(2, FLOAT).text(8, name).data(9, array.astype("<f4").tobytes())


def _value(name: str, shape: Shape) -> _Message:
    sizes = _Message()
    for size in shape:
        one = _Message().number(1, size) if isinstance(size, int) else _Message().text(2, size)
        sizes.message(1, one)
    tensor = _Message().number(1, FLOAT).message(2, sizes)
    return _Message().text(1, name).message(2, _Message().message(1, tensor))
