"""What is written is what TensorBoard's own reader reads."""

from __future__ import annotations

import io
import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from workshop.teach.events import Log, Node, write_embeddings

reader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")


def read(folder: Path) -> Any:
    return reader.EventAccumulator(str(folder), dict.fromkeys(("scalars", "tensors", "images"), 0)).Reload()


def test_curves_histograms_pictures_and_graph_come_back(tmp_path: Path) -> None:
    ticks = itertools.count(1000)
    with Log(tmp_path / "run", lambda: float(next(ticks))) as log:
        log.scalar("loss", 0.5, 0)
        log.scalar("loss", 0.25, 1)
        log.histogram("weights", np.array([[0.0, 1.0], [2.0, 2.0]]), 1, buckets=2)
        log.image("grey", np.full((2, 3), 7, np.uint8), 1)
        log.image("colour", np.full((3, 2, 3), 7, np.uint8), 1)
        log.graph([Node("a", "Placeholder", shape=(-1, 4)), Node("b/c", "Relu", ("a",))])
    found = read(tmp_path / "run")
    assert [(event.step, event.value) for event in found.Scalars("loss")] == [(0, 0.5), (1, 0.25)]
    assert [event.wall_time for event in found.Scalars("loss")] == [1002, 1003]
    from tensorboard.util.tensor_util import make_ndarray

    (histogram,) = found.Tensors("weights")
    assert make_ndarray(histogram.tensor_proto).tolist() == [[0, 1, 1], [1, 2, 3]]
    for tag, size in (("grey", (3, 2)), ("colour", (2, 3))):
        (image,) = found.Images(tag)
        assert Image.open(io.BytesIO(image.encoded_image_string)).size == (image.width, image.height) == size
    nodes = {node.name: node for node in found.Graph().node}
    assert nodes["b/c"].input == ["a"]
    assert [axis.size for axis in nodes["a"].attr["_output_shapes"].list.shape[0].dim] == [-1, 4]


def embeddings(folder: Path, **changes: Any) -> None:
    things: dict[str, Any] = {
        "spaces": {"pixels": np.eye(3, 4), "code": np.ones((3, 2))},
        "images": np.zeros((3, 1, 28, 28)),
        "columns": {"digit": [7, 2, 1], "answer": [7, 2, 7]},
    }
    write_embeddings(folder, **{**things, **changes})


def test_the_projector_gets_vectors_labels_and_a_sprite(tmp_path: Path) -> None:
    embeddings(tmp_path / "run")
    from google.protobuf import text_format
    from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig

    text = (tmp_path / "run/projector_config.pbtxt").read_text()
    first, second = text_format.Parse(text, ProjectorConfig()).embeddings
    assert [first.tensor_name, second.tensor_name] == ["pixels", "code"]
    assert list(first.sprite.single_image_dim) == [28, 28]
    assert np.loadtxt(tmp_path / "run" / first.tensor_path).tolist() == np.eye(3, 4).tolist()
    labels = (tmp_path / "run" / first.metadata_path).read_text()
    assert labels == "digit\tanswer\n7\t7\n2\t2\n1\t7\n"
    assert Image.open(tmp_path / "run" / first.sprite.image_path).size == (56, 56)
    assert list((tmp_path / "run").glob("events.out.tfevents.*")), "TensorBoard would not see the run"
