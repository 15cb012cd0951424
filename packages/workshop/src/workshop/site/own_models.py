"""The networks that come with the workshop, made into ONNX files, so that a viewer can draw their graphs.

A checkpoint holds arrays only; how they belong together is said here, once for each kind of network.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from workshop.core.errors import WorkshopError
from workshop.site.onnx_file import Floats, Network, Node, as_onnx


def digits_cnn(arrays: list[Floats]) -> Network:
    """The convolutional network of the lesson on MNIST: (batch, 1, 28, 28) to ten probabilities.

    ``arrays``: filters, offsets, filters, offsets, weights, offsets, weights, offsets. Lasagne turns
    its filters round before it slides them (a true convolution), ONNX does not: they are turned here.
    """
    turned = {0, 2}
    kept = [array[:, :, ::-1, ::-1] if number in turned else array for number, array in enumerate(arrays)]
    nodes = _Chain("picture")
    for number in (1, 2):
        nodes.add("Conv", f"convolution {number}", 2, kernel_shape=[5, 5])
        nodes.add("Relu", f"rectifier {number}")
        nodes.add("MaxPool", f"pool {number}", kernel_shape=[2, 2], strides=[2, 2])
    nodes.add("Flatten", "flatten", axis=1)
    nodes.add("Gemm", "dense", 2)
    nodes.add("Relu", "rectifier 3")
    nodes.add("Gemm", "answer", 2)
    nodes.add("Softmax", "softmax", axis=1)
    about = "Reads handwritten digits. Dropout, which only learning needs, is left out."
    return nodes.network("digits-cnn", about, ("batch", 1, 28, 28), ("batch", 10), kept)


def digits_mlp(arrays: list[Floats]) -> Network:
    """The dense network of the lesson on MNIST: (batch, 1, 28, 28) to ten probabilities."""
    nodes = _Chain("picture")
    nodes.add("Flatten", "flatten", axis=1)
    for number in (1, 2):
        nodes.add("Gemm", f"dense {number}", 2)
        nodes.add("Relu", f"rectifier {number}")
    nodes.add("Gemm", "answer", 2)
    nodes.add("Softmax", "softmax", axis=1)
    about = "Reads handwritten digits without knowing what is next to what."
    return nodes.network("digits-mlp", about, ("batch", 1, 28, 28), ("batch", 10), arrays)


def bubbles_value(arrays: list[Floats]) -> Network:
    """The value network that plays Bubble Breaker: (boards, 214) numbers to the points still to come."""
    nodes = _Chain("board")
    nodes.add("Sub", "less the mean", 1)
    nodes.add("Div", "by the spread", 1)
    # The checkpoint holds the unit of the answer before the layers; here it is used last.
    ordered = [*arrays[:2], *arrays[3:], arrays[2]]
    for number in (1, 2):
        nodes.add("Gemm", f"dense {number}", 2)
        nodes.add("Relu", f"rectifier {number}")
    nodes.add("Gemm", "answer", 2)
    nodes.add("Mul", "in points", 1)
    about = "Tells how many points a board of Bubble Breaker is still worth."
    return nodes.network("bubbles-value", about, ("boards", len(arrays[0])), ("boards", 1), ordered)


KINDS: dict[str, Callable[[list[Floats]], Network]] = {
    "cnn-full": digits_cnn,
    "mlp-full": digits_mlp,
    "value-bubblebreaker": bubbles_value,
}
"""By the checkpoint's name: what its arrays are."""


def onnx_of(checkpoint: Path) -> bytes:
    """Return a shipped checkpoint as an ONNX file. Raises WorkshopError when it is missing or damaged."""
    try:
        with np.load(checkpoint, allow_pickle=False) as content:
            names = sorted(name for name in content.files if name.startswith("array"))
            arrays = [content[name].astype(np.float32) for name in names]
    except (OSError, ValueError) as error:
        raise WorkshopError(f"{checkpoint} is not a checkpoint ({error}); restore the checkout") from error
    return as_onnx(KINDS[checkpoint.stem](arrays))


class _Chain:
    """Nodes of which each takes what the one before gave, and the next arrays of the checkpoint."""

    def __init__(self, first: str) -> None:
        self.first = first
        self.nodes: list[Node] = []
        self.arrays: list[str] = []

    def add(self, operation: str, name: str, arrays: int = 0, **attributes: Any) -> None:
        """Append a node that takes so many ``arrays`` besides."""
        before = self.nodes[-1].output if self.nodes else self.first
        words = ("weights", "offsets")[:arrays] if arrays > 1 else ("numbers",) * arrays
        own = tuple(f"{name}: {word}" for word in words)
        self.arrays += own
        self.nodes.append(Node(operation, name, (before, *own), f"{name}: out", attributes))

    def network(
        self,
        name: str,
        about: str,
        takes: tuple[int | str, ...],
        gives: tuple[int | str, ...],
        arrays: list[Floats],
    ) -> Network:
        """Return the chain as a network whose arrays are named in the order in which they are used."""
        named = dict(zip(self.arrays, arrays, strict=True))
        last = self.nodes[-1].output
        return Network(name, about, (self.first, takes), (last, gives), self.nodes, named)
