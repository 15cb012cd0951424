"""Theano's graphs as pictures, drawn by matplotlib alone (no graphviz program is needed)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

INPUT, SHARED, CONSTANT, OPERATION, RESULT = "#cfe8ff", "#ffe3b3", "#eeeeee", "#ffffff", "#c9f2c9"


@dataclass
class Node:
    """One box of the picture."""

    text: str
    colour: str
    parents: list[int] = field(default_factory=list)
    """Numbers of the nodes that flow into this one."""
    level: int = 0
    """Row of the picture: 0 at the top, each node below its parents."""
    place: float = 0.0
    """Horizontal position within the row."""


def draw(*expressions: Any, title: str = "") -> Figure:
    """Draw how ``expressions`` come about; a compiled function may be given as well.

    Blue boxes are inputs, orange ones shared variables, grey ones constants, white ones operations;
    results are green. Data flows from top to bottom. Operations that only rearrange axes are left out.
    """
    nodes = nodes_of(_outputs(expressions))
    place(nodes)
    return picture(nodes, title)


def _outputs(expressions: Sequence[Any]) -> list[Any]:
    """Replace compiled functions by what they compute."""
    outputs: list[Any] = []
    for expression in expressions:
        compiled = getattr(expression, "maker", None)
        outputs += compiled.fgraph.outputs if compiled is not None else [expression]
    return outputs


def nodes_of(outputs: Sequence[Any]) -> list[Node]:
    """Return the nodes that lead to ``outputs`` (Theano variables), parents before children."""
    nodes: list[Node] = []
    numbers: dict[Any, int] = {}

    def visit(variable: Any) -> int:
        variable = _source(variable)
        key = variable.owner if variable.owner is not None else variable
        if key not in numbers:
            parents = [visit(parent) for parent in variable.owner.inputs] if variable.owner else []
            text, colour = _look(variable)
            level = 1 + max((nodes[parent].level for parent in parents), default=-1)
            nodes.append(Node(text, colour, parents, level))
            numbers[key] = len(nodes) - 1
        return numbers[key]

    for output in outputs:
        node = nodes[visit(output)]
        node.colour = RESULT
        node.text += f"\n= {output.name}" if output.owner is not None and output.name else ""
    return nodes


def _source(variable: Any) -> Any:
    """Go back over operations that only give an array other axes: they would clutter the picture."""
    while variable.owner is not None and type(variable.owner.op).__name__ == "DimShuffle":
        variable = variable.owner.inputs[0]
    return variable


def _look(variable: Any) -> tuple[str, str]:
    """Return the text and the colour of a variable without a history, or of the operation behind it."""
    if variable.owner is not None:
        return _operation(variable.owner.op), OPERATION
    if hasattr(variable, "data"):
        return str(variable.data)[:12], CONSTANT
    shared = hasattr(variable, "get_value") or hasattr(variable, "container")
    return str(variable.name or variable.type), SHARED if shared else INPUT


def _operation(op: Any) -> str:
    """Return a short name: ``add`` rather than ``Elemwise{add,no_inplace}``."""
    scalar = getattr(op, "scalar_op", None)
    if scalar is None:
        return type(op).__name__
    if type(scalar).__name__ == "Composite":
        inner = [str(getattr(node.op, "name", None) or node.op) for node in scalar.fgraph.toposort()]
        return "fused:\n" + " ".join(inner[:6]) + (" …" if len(inner) > 6 else "")
    return str(getattr(scalar, "name", None) or type(scalar).__name__).lower()


def place(nodes: list[Node]) -> None:
    """Pull inputs down to their first use, and put the nodes of each row near their neighbours."""
    children: list[list[int]] = [[] for _ in nodes]
    for number, node in enumerate(nodes):
        for parent in node.parents:
            children[parent].append(number)
    for number, node in enumerate(nodes):
        if not node.parents and children[number]:
            node.level = min(nodes[child].level for child in children[number]) - 1
    rows = [
        [n for n, node in enumerate(nodes) if node.level == level]
        for level in range(1 + max((node.level for node in nodes), default=-1))
    ]
    _spread(rows, nodes)
    for _ in range(8):
        for row in rows:
            _settle(row, nodes, [node.parents for node in nodes])
        for row in reversed(rows):
            _settle(row, nodes, children)


def _spread(rows: list[list[int]], nodes: list[Node]) -> None:
    """Give the nodes of each row the positions …, -1, 0, 1, …"""
    for row in rows:
        for index, number in enumerate(row):
            nodes[number].place = index - (len(row) - 1) / 2


def _settle(row: list[int], nodes: list[Node], neighbours: list[list[int]]) -> None:
    """Move each node of a row towards the mean of its neighbours, at least 1 apart from the next."""

    def wish(number: int) -> float:
        near = neighbours[number]
        return sum(nodes[n].place for n in near) / len(near) if near else nodes[number].place

    row.sort(key=wish)
    wishes = [wish(number) for number in row]
    places = list(wishes)
    for index in range(1, len(places)):
        places[index] = max(places[index], places[index - 1] + 1)
    shift = sum(w - p for w, p in zip(wishes, places, strict=True)) / len(places) if places else 0
    for number, position in zip(row, places, strict=True):
        nodes[number].place = position + shift


def picture(nodes: list[Node], title: str) -> Figure:
    """Draw the boxes and the arrows between them."""
    left, right = min(n.place for n in nodes), max(n.place for n in nodes)
    depth = max(n.level for n in nodes)
    width = min(11.0, max(4.0, 1.6 * (right - left + 1)))
    figure, axes = plt.subplots(figsize=(width, 0.85 * (depth + 1) + 0.4), layout="constrained")
    for node in nodes:
        for parent in node.parents:
            axes.annotate(
                "",
                xy=(node.place, node.level - 0.28),
                xytext=(nodes[parent].place, nodes[parent].level + 0.22),
                arrowprops={"arrowstyle": "->", "color": "0.45"},
            )
        box = {"boxstyle": "round,pad=0.35", "facecolor": node.colour, "edgecolor": "0.4"}
        axes.text(node.place, node.level, node.text, ha="center", va="center", fontsize=8.5, bbox=box)
    axes.set(xlim=(left - 0.7, right + 0.7), ylim=(depth + 0.6, -0.6), title=title)
    axes.axis("off")
    plt.close(figure)
    return figure
