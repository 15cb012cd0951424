"""Weights and nodes of an ONNX file (https://onnx.ai): which operation takes what, in the file's order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workshop.errors import WorkshopError

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Node:
    """One operation with the names of the arrays that it takes, and its attributes."""

    operation: str
    """As ONNX names it: ``Conv``, ``MaxPool``, …"""
    inputs: tuple[str, ...]
    attributes: dict[str, Any]

    def pads_at_the_end(self) -> bool:
        """Tell whether the last places of a picture count although they fill no whole window.

        Older files say it as ``ceil_mode`` (Caffe's way), others as a row and a column of padding.
        """
        pads = list(self.attributes.get("pads", []))
        return bool(self.attributes.get("ceil_mode")) or any(pads[len(pads) // 2 :])


@dataclass(frozen=True)
class Graph:
    """What a file holds: arrays by name, and operations."""

    arrays: dict[str, Array]
    nodes: list[Node]

    def all(self, operation: str) -> Iterator[Node]:
        """Yield the nodes of one operation, in order."""
        return (node for node in self.nodes if node.operation == operation)


def read_graph(path: Path) -> Graph:
    """Read an ONNX file. Raises WorkshopError when it is missing, damaged or no ONNX.

    Arrays that the file only describes (``ConstantOfShape``) are not read.
    """
    import onnx
    from google.protobuf.message import DecodeError
    from onnx import helper, numpy_helper

    try:
        model = onnx.load(str(path), load_external_data=False)
        arrays = {each.name: np.array(numpy_helper.to_array(each)) for each in model.graph.initializer}
    except OSError as error:
        raise WorkshopError(f"cannot read {path}: {error.strerror}; run 'workshop data fetch'") from error
    except (DecodeError, ValueError, TypeError) as error:
        raise WorkshopError(f"{path} is not an ONNX file; delete it and run 'workshop data fetch'") from error
    if not model.graph.node:
        raise WorkshopError(f"{path} is not an ONNX file; delete it and run 'workshop data fetch'")
    nodes = [
        Node(
            node.op_type,
            tuple(node.input),
            {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute},
        )
        for node in model.graph.node
    ]
    return Graph(arrays, nodes)
