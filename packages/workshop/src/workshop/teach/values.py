"""The picture of a graph of Values, as *Backpropagation by hand* builds them: numbers on the arrows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from IPython.display import SVG, display

TEXT = '<text x="{}" y="{}" fill="{}" text-anchor="middle" font-size="14">{}</text>'


class Node(Protocol):
    """What the learner's Value has, as far as the picture needs it."""

    data: float
    grad: float
    name: str

    @property
    def parents(self) -> Sequence[Node]:
        """The numbers that it was computed from."""
        ...

    @property
    def slopes(self) -> Sequence[float]:
        """How fast it grows with each of them."""
        ...


def columns(result: Node) -> dict[Node, tuple[int, int]]:
    """Return where the nodes that lead to ``result`` stand: inputs at the left, the result at the right."""
    depth: dict[Node, int] = {}
    places: dict[Node, tuple[int, int]] = {}

    def visit(node: Node) -> int:
        if node not in depth:
            depth[node] = 1 + max((visit(parent) for parent in node.parents), default=-1)
        return depth[node]

    visit(result)
    for node in depth:  # an input stands just before the first node that uses it
        used = [depth[other] for other in depth if node in other.parents]
        if not node.parents and used:
            depth[node] = min(used) - 1
    for column in range(depth[result] + 1):
        nodes = [node for node in depth if depth[node] == column]
        for row, node in enumerate(nodes):
            places[node] = 90 + 230 * column, 60 + 110 * row + 50 * (column % 2)
    return places


def picture(result: Node) -> str:
    """Return the graph of ``result`` as SVG: numbers forward in blue, gradients backward in orange."""
    places = columns(result)
    wide, high = (max(at[axis] for at in places.values()) + 90 - 30 * axis for axis in (0, 1))
    parts = [f'<rect width="{wide}" height="{high}" fill="white"/>']
    for node, (right, low) in places.items():
        for number, (parent, slope) in enumerate(zip(node.parents, node.slopes, strict=True)):
            left, top = places[parent]
            bend = 46 * number if list(node.parents).count(parent) > 1 else 0
            middle, at = (left + right) / 2, (top + low) / 2 + bend
            curve = f"M{left + 46} {top} Q{middle} {at + bend} {right - 46} {low}"
            parts.append(f'<path d="{curve}" stroke="gray" fill="none"/>')
            parts.append(TEXT.format(middle, at - 6, "royalblue", f"{parent.data:.3g} →"))
            parts.append(TEXT.format(middle, at + 18, "darkorange", f"← {node.grad * slope:.3g}"))
    for node, (right, low) in places.items():
        box = f'x="{right - 46}" y="{low - 26}" width="92" height="52" rx="8"'
        parts.append(f'<rect {box} fill="aliceblue" stroke="gray"/>')
        parts.append(TEXT.format(right, low - 5, "black", f"{node.name} = {node.data:.3g}"))
        parts.append(TEXT.format(right, low + 15, "darkorange", f"grad {node.grad:.3g}"))
    size = f'width="{wide}" height="{high}" xmlns="http://www.w3.org/2000/svg" font-family="sans-serif"'
    return f"<svg {size}>{''.join(parts)}</svg>"


def draw(result: Node) -> None:
    """Show the graph of ``result``."""
    display(SVG(picture(result)))  # type: ignore[no-untyped-call]
