"""Inception v3 from keras.applications with random weights: Keras and our Lasagne network say the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("theano", reason="Theano is not in this environment")
pytest.importorskip("h5py")

from required import lacking

from teach.imagenet.lesson import run_lesson
from workshop.core.errors import WorkshopError
from workshop.teach.imagenet import inception_v3, preprocessing
from workshop.teach.imagenet.collection import available, open_network
from workshop.teach.imagenet.network import Network
from workshop.teach.imagenet.photos import photos
from workshop.teach.imagenet.weights import read_layers

TOLERANCE = 1e-4
# Channels that hardly vary are blown up by their normalisation, and with them what engines round differently.
INSIDE = 1e-3
LAYERS = (
    "max_pooling2d",
    "max_pooling2d_1",
    "average_pooling2d",
    "mixed0",
    "max_pooling2d_2",
    "mixed3",
    "mixed7",
    "max_pooling2d_3",
    "mixed8",
    "mixed9_0",
    "average_pooling2d_8",
    "mixed10",
    "avg_pool",
    "predictions",
)


@pytest.fixture(scope="module")
def keras(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which Keras left its model, its input and its answers."""
    beside = Path(sys.prefix).parent / "tensorflow" / "bin" / "python"
    python = Path(os.environ.get("WORKSHOP_TENSORFLOW_PYTHON") or beside)
    if not python.is_file():
        lacking(
            "there is no TensorFlow environment beside this one; WORKSHOP_TENSORFLOW_PYTHON names its python"
        )
    folder = tmp_path_factory.mktemp("keras")
    script = Path(__file__).parent / "reference" / "inception_v3_by_keras.py"
    clean = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    subprocess.run([python, script, folder, *LAYERS], check=True, env=clean, timeout=600)
    return folder


def test_it_says_what_keras_says(keras: Path) -> None:
    layers = inception_v3.build(read_layers(keras / "inception.h5"))
    network = Network("inception-v3", "Inception v3", layers, preprocessing.INCEPTION_V3)
    found = network.activations(np.load(keras / "batch.npy"), LAYERS)
    wanted = {name: np.load(keras / f"{name}.npy") for name in LAYERS}
    pictures = wanted["mixed10"]
    assert np.abs(pictures[0] - pictures[1]).max() > 0.1 * np.abs(pictures).max(), (
        "the random network ignores its input: this proves nothing"
    )
    for name in LAYERS:
        allowed = TOLERANCE if name == "predictions" else INSIDE
        assert np.abs(found[name] - wanted[name]).max() <= allowed * np.abs(wanted[name]).max(), name


@pytest.mark.slow
def test_its_lesson_runs_with_it(keras: Path, tmp_path: Path) -> None:
    """No package registry has the trained weights: random ones show that each cell fits the network."""
    metrics = run_lesson("2-imagenet/20-inception-v3", keras / "inception.h5", tmp_path)
    assert metrics["network"] == "inception-v3"


def test_weights_of_another_network_are_refused() -> None:
    with pytest.raises(WorkshopError, match="not the weights of Inception v3"):
        inception_v3.build({})


@pytest.mark.parametrize("first", [1, 2])
def test_convolutions_of_other_shapes_are_refused(keras: Path, first: int) -> None:
    weights = read_layers(keras / "inception.h5")
    weights["conv2d"] = weights["conv2d"][first:] + weights["conv2d"][:first]
    with pytest.raises(WorkshopError, match="Inception v3"):
        inception_v3.build(weights)


def test_the_trained_network_knows_the_photographs() -> None:
    if "inception-v3" not in available():
        pytest.skip(
            "the trained weights are not here (no registry has them): workshop data fetch inception-v3"
        )
    network, samples = open_network("inception-v3"), photos()
    assert network.classify(samples["cat"], top=1)[0].name in {"tabby cat", "tiger cat", "Egyptian cat"}
    assert network.classify(samples["coffee"], top=1)[0].name == "espresso"
