"""GoogLeNet's exact graph with random weights: onnxruntime and our Lasagne network say the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

pytest.importorskip("theano", reason="Theano is not in this environment")
import onnx
import onnxruntime

from teach.imagenet.lesson import fetch_from_stick, run_lesson
from workshop.core.errors import WorkshopError
from workshop.teach.imagenet import googlenet, preprocessing
from workshop.teach.imagenet.collection import ENTRIES, available, open_network
from workshop.teach.imagenet.network import Network
from workshop.teach.imagenet.photos import photos
from workshop.teach.imagenet.untrained import write_random_googlenet
from workshop.teach.imagenet.weights import Graph, read_graph

TOLERANCE = 1e-4
LAYERS = (
    "pool1/norm1",
    "conv2/norm2",
    "inception_3b/output",
    "inception_4e/output",
    "pool5/7x7_s1",
    "logits",
)
OPERATIONS = {"LRN": 2, "Concat": 9, "AveragePool": 1, "Gemm": 1}


def by_onnxruntime(path: Path, batch: npt.NDArray[np.float32]) -> dict[str, npt.NDArray[Any]]:
    """Return what the graph's own nodes say where LAYERS are, picture by picture (the graph takes one)."""
    model = onnx.load(str(path))
    nodes = {kind: [n.output[0] for n in model.graph.node if n.op_type == kind] for kind in OPERATIONS}
    assert {kind: len(names) for kind, names in nodes.items()} == OPERATIONS
    places = [
        nodes["LRN"][0],
        nodes["LRN"][1],
        nodes["Concat"][1],
        nodes["Concat"][6],
        nodes["AveragePool"][0],
        nodes["Gemm"][0],
    ]
    for name in places:
        model.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    rows = [session.run(places, {"data_0": batch[i : i + 1]}) for i in range(len(batch))]
    columns = [np.concatenate(column) for column in zip(*rows, strict=True)]
    return dict(zip(LAYERS, columns, strict=True))


@pytest.mark.parametrize("rounds_up", [False, True])
def test_it_says_what_onnxruntime_says(tmp_path: Path, rounds_up: bool) -> None:
    path = tmp_path / "googlenet.onnx"
    write_random_googlenet(path, seed=3, rounds_up=rounds_up)
    batch = np.random.default_rng(1).normal(0, 60, (2, 3, 224, 224)).astype(np.float32)
    network = Network("googlenet", "GoogLeNet", googlenet.build(read_graph(path)), preprocessing.GOOGLENET)
    wanted, found = by_onnxruntime(path, batch), network.activations(batch, LAYERS)
    assert np.ptp(wanted["logits"], axis=0).max() > 0.1, (
        "the random network ignores its input: this proves nothing"
    )
    for name in LAYERS:
        here = found[name].reshape(wanted[name].shape)
        assert np.abs(here - wanted[name]).max() <= TOLERANCE * np.abs(wanted[name]).max(), name


@pytest.mark.slow
def test_its_lesson_runs_with_the_weights_that_were_fetched(tmp_path: Path) -> None:
    """No package registry has the trained weights: random ones show that each cell fits the network."""
    write_random_googlenet(tmp_path / "random.onnx", rounds_up=True)
    fetch_from_stick("googlenet", tmp_path / "random.onnx", tmp_path)
    weights = tmp_path / "data" / "googlenet" / ENTRIES["googlenet"].file
    metrics = run_lesson("2-imagenet/10-googlenet", weights, tmp_path)
    assert metrics["network"] == "googlenet"


def test_weights_of_another_network_are_refused() -> None:
    with pytest.raises(WorkshopError, match="not the weights of GoogLeNet"):
        googlenet.build(Graph({}, []))


def test_the_trained_network_knows_the_photographs() -> None:
    if "googlenet" not in available():
        pytest.skip(
            "the trained weights are not here (no package registry has them): workshop data fetch googlenet"
        )
    network, samples = open_network("googlenet"), photos()
    cats = {"tabby cat", "tiger cat", "Egyptian cat"}
    assert network.classify(samples["cat"], top=1)[0].name in cats
    assert "espresso" in {guess.name for guess in network.classify(samples["coffee"])}
