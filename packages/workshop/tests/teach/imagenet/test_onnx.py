"""Weights and nodes come out of an ONNX file; what is none is refused in one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx", reason="onnx is not in this environment")

import onnx
from onnx import TensorProto, helper, numpy_helper

from workshop.core.errors import WorkshopError
from workshop.teach.imagenet.weights import Node, read_graph


def test_arrays_and_nodes_are_read(tmp_path: Path) -> None:
    weights = np.arange(6, dtype=np.float32).reshape(2, 3)
    node = helper.make_node("Gemm", ["x", "w"], ["y"], transB=1, alpha=0.5)
    value = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    graph = helper.make_graph([node], "g", [], [value], [numpy_helper.from_array(weights, "w")])
    onnx.save(helper.make_model(graph), str(tmp_path / "g.onnx"))
    found = read_graph(tmp_path / "g.onnx")
    assert np.array_equal(found.arrays["w"], weights)
    assert [(each.operation, each.inputs) for each in found.all("Gemm")] == [("Gemm", ("x", "w"))]
    assert found.nodes[0].attributes == {"transB": 1, "alpha": 0.5}
    assert list(found.all("Conv")) == []


@pytest.mark.parametrize(
    ("attributes", "pads"),
    [
        ({}, False),
        ({"pads": [0, 0, 0, 0]}, False),
        ({"pads": [0, 0, 1, 1]}, True),
        ({"ceil_mode": 1, "pads": [0, 0, 0, 0]}, True),
        ({"ceil_mode": 0}, False),
    ],
)
def test_both_ways_to_round_up_are_known(attributes: dict[str, object], pads: bool) -> None:
    assert Node("MaxPool", ("x",), attributes).pads_at_the_end() is pads


@pytest.mark.parametrize("content", [b"", b"<html>sign in</html>", b"\x08\x07", bytes(range(256)) * 8])
def test_other_files_are_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "g.onnx").write_bytes(content)
    with pytest.raises(WorkshopError, match="not an ONNX file") as fault:
        read_graph(tmp_path / "g.onnx")
    assert "\n" not in str(fault.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match=r"cannot read .*g\.onnx"):
        read_graph(tmp_path / "g.onnx")
