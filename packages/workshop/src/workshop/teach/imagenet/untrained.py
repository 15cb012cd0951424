"""GoogLeNet's graph with random weights, to compare and time engines where the trained ones are out of reach.

The package ``onnx`` brings the exact graph of the network for its own tests, with each weight described only
by its shape.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np


def light_graph() -> Path:
    """Return the file of the graph without weights inside the package ``onnx``."""
    import onnx

    return Path(onnx.__file__).parent / "backend/test/data/light/light_inception_v1.onnx"


def write_random_googlenet(path: Path, seed: int = 0, *, rounds_up: bool = False) -> None:
    """Write the graph with random weights to ``path``, as a file with trained ones would be.

    Weights are scaled so that signals neither die out nor blow up on their way
    (https://arxiv.org/abs/1502.01852), offsets are small. With ``rounds_up`` pooling treats the last row
    and column as Caffe does.
    """
    import onnx
    from onnx import numpy_helper

    rng = np.random.default_rng(seed)
    model = onnx.load(str(light_graph()))
    graph = model.graph
    given = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    filled = [node for node in graph.node if node.op_type == "ConstantOfShape"]
    shapes = {node.output[0]: tuple(given[node.input[0]].tolist()) for node in filled}
    shapes |= {name: values.shape for name, values in given.items() if name.endswith("_b_0")}
    kept = [each for each in graph.initializer if each.name.startswith("OC2_")]
    for node in filled:
        graph.node.remove(node)
    del graph.initializer[:]
    graph.initializer.extend(kept)
    for each in [each for each in graph.input if each.name != "data_0"]:
        graph.input.remove(each)
    for name, shape in sorted(shapes.items()):
        spread = np.sqrt(2 / np.prod(shape[1:])) if len(shape) > 1 else 0.1
        values = rng.normal(0, spread, shape).astype(np.float32)
        graph.initializer.append(numpy_helper.from_array(values, name))
    if rounds_up:
        _round_up(graph)
    onnx.save(model, str(path))


def _round_up(graph: Any) -> None:
    """Pad each halving pool below and to the right, and the last one not at all."""
    for node in graph.node:
        fields = {attribute.name: attribute for attribute in node.attribute}
        if node.op_type == "MaxPool" and list(fields["strides"].ints) == [2, 2]:
            fields["pads"].ints[:] = [0, 0, 1, 1]
        if node.op_type == "AveragePool":
            fields["pads"].ints[:] = [0, 0, 0, 0]
