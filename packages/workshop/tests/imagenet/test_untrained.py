"""The random GoogLeNet is a whole file, the same for the same seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx", reason="onnx is not in this environment")

from workshop.imagenet.untrained import write_random_googlenet
from workshop.imagenet.weights import read_graph


def test_every_weight_is_there_and_random(tmp_path: Path) -> None:
    write_random_googlenet(tmp_path / "a.onnx", seed=1)
    graph = read_graph(tmp_path / "a.onnx")
    taken = {name for node in graph.nodes if node.operation in ("Conv", "Gemm") for name in node.inputs}
    numbers = {name: graph.arrays[name] for name in taken if name.endswith(("_w_0", "_b_0"))}
    assert len(numbers) == 57 * 2 + 1
    assert all(values.std() > 0 for values in numbers.values())
    assert list(graph.all("ConstantOfShape")) == []


def test_a_seed_gives_the_same_numbers_again(tmp_path: Path) -> None:
    files = {"a": 1, "b": 1, "c": 2}
    for name, seed in files.items():
        write_random_googlenet(tmp_path / name, seed=seed)
    first = [read_graph(tmp_path / name).arrays["conv1/7x7_s2_w_0"] for name in files]
    assert np.array_equal(first[0], first[1])
    assert not np.array_equal(first[0], first[2])


def test_pools_round_up_when_asked(tmp_path: Path) -> None:
    for up in (False, True):
        write_random_googlenet(tmp_path / "g.onnx", rounds_up=up)
        pools = [
            n for n in read_graph(tmp_path / "g.onnx").all("MaxPool") if n.attributes["strides"] == [2, 2]
        ]
        assert [pool.pads_at_the_end() for pool in pools] == [up] * 4
