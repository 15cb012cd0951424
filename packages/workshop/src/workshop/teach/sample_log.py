"""The log that TensorBoard shows before anybody has trained.

    python -m workshop.teach.sample_log shipped/sample-log.zip

A small dense network, in NumPy, learns 600 digits of MNIST at three rates: too slow, well, too fast;
400 others test it. Every tab has something to tell: the curves part company, the histograms widen or
die, the pictures turn from noise to strokes, the graph opens, and the projector shows the digits as
pixels and as the network sees them. On one machine it gives the same log each time; it comes along as
``shipped/sample-log.zip``, which set-up lays down (:mod:`workshop.site.tensorboard_sample`).
"""

from __future__ import annotations

import itertools
import json
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from workshop.core.files import written_whole
from workshop.teach import checkpoints
from workshop.teach.batches import batches
from workshop.teach.events import Log, Node, captions, sprite, write_embeddings

Array = npt.NDArray[Any]

DIGITS = checkpoints.SHIPPED / "digits.png"
"""100 digits of each kind from MNIST's test set, a row a kind: CC BY-SA 3.0, LeCun, Cortes, Burges."""
EACH, KNOWN, SIDE = 100, 60, 28
SIZES = (784, 64, 16, 10)
EPOCHS, BATCH, INERTIA = 20, 20, 0.9
RATES = {"too-slow": 0.0005, "well": 0.02, "too-fast": 0.15}
START = 1_451_606_400  # 2016-01-01, when the workshop was first held
NAMES = ("hidden", "code", "answer")
LOSSES = "losses.json"
"""In the log's folder: the losses that the lesson draws; TensorBoard takes no notice of it."""


class Digits(NamedTuple):
    """Pictures (n, 784) of 0 to 1, and what they are (n,)."""

    pictures: Array
    labels: Array


def load_digits() -> tuple[Digits, Digits]:
    """Return the digits to learn and the digits to be tested on."""
    from PIL import Image

    with Image.open(DIGITS) as picture:
        pixels = np.asarray(picture, np.float32) / 255
    tiles = pixels.reshape(10, SIDE, EACH, SIDE).swapaxes(1, 2).reshape(10, EACH, SIDE * SIDE)
    labels = np.repeat(np.arange(10), EACH).reshape(10, EACH)
    parts = (slice(None, KNOWN), slice(KNOWN, None))
    known, new = (Digits(tiles[:, some].reshape(-1, SIDE * SIDE), labels[:, some].ravel()) for some in parts)
    return known, new


class Network:
    """Three dense layers with rectifiers between them, softmax at the end, learning with momentum."""

    def __init__(self, rng: np.random.Generator) -> None:
        """Begin with He's random weights (https://arxiv.org/abs/1502.01852)."""
        shapes = list(itertools.pairwise(SIZES))
        self.weights: list[Array] = [
            rng.normal(0, np.sqrt(2 / shape[0]), shape).astype(np.float32) for shape in shapes
        ]
        self.offsets: list[Array] = [np.zeros(shape[1], np.float32) for shape in shapes]
        self._speeds = [np.zeros_like(part) for part in self.weights + self.offsets]

    def layers(self, pictures: Array) -> list[Array]:
        """Return what each layer passes on, the pictures first and the probabilities last."""
        passed = [pictures]
        for weights, offsets in zip(self.weights, self.offsets, strict=True):
            scores = passed[-1] @ weights + offsets
            passed.append(np.maximum(scores, 0))
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        passed[-1] = powers / powers.sum(axis=1, keepdims=True)
        return passed

    def learn(self, pictures: Array, labels: Array, rate: float) -> None:
        """Take one step against the slope of the cross-entropy."""
        passed = self.layers(pictures)
        blame = (passed[-1] - np.eye(10, dtype=np.float32)[labels]) / len(labels)
        slopes_w: list[Array] = []
        slopes_o: list[Array] = []
        for weights, into in zip(self.weights[::-1], passed[-2::-1], strict=True):
            slopes_w.insert(0, into.T @ blame)
            slopes_o.insert(0, blame.sum(axis=0))
            blame = (blame @ weights.T) * (into > 0)
        parts = self.weights + self.offsets
        for part, speed, slope in zip(parts, self._speeds, slopes_w + slopes_o, strict=True):
            speed *= INERTIA
            speed -= rate * slope
            part += speed


def graph() -> list[Node]:
    """Return the network as TensorBoard draws it."""
    nodes = [
        Node("pictures", "Placeholder", shape=(-1, SIZES[0])),
        Node("labels", "Placeholder", shape=(-1,)),
    ]
    below = "pictures"
    for name, (inputs, outputs) in zip(NAMES, itertools.pairwise(SIZES), strict=True):
        shape, last = (-1, outputs), "softmax" if name == NAMES[-1] else "rectify"
        nodes += [
            Node(f"{name}/weights", "VariableV2", shape=(inputs, outputs)),
            Node(f"{name}/offsets", "VariableV2", shape=(outputs,)),
            Node(f"{name}/product", "MatMul", (below, f"{name}/weights"), shape),
            Node(f"{name}/scores", "BiasAdd", (f"{name}/product", f"{name}/offsets"), shape),
            Node(f"{name}/{last}", "Softmax" if last == "softmax" else "Relu", (f"{name}/scores",), shape),
        ]
        below = f"{name}/{last}"
    return [*nodes, Node("loss", "SparseSoftmaxCrossEntropyWithLogits", ("answer/scores", "labels"), (-1,))]


def loss_of(network: Network, digits: Digits) -> float:
    """Return the mean cross-entropy."""
    probabilities = network.layers(digits.pictures)[-1]
    right = probabilities[np.arange(len(digits.labels)), digits.labels]
    return float(-np.log(right + 1e-12).mean())


def losses(name: str) -> tuple[list[float], list[float]]:
    """Return the loss on known and on new digits before each epoch of a run, as TensorBoard shows them.

    They are read, not learnt again: another processor rounds differently, so that its curves
    may turn elsewhere.
    """
    with zipfile.ZipFile(checkpoints.SHIPPED / "sample-log.zip") as archive:
        known, new = json.loads(archive.read(LOSSES))[name]
    return known, new


def note_curves(log: Log, network: Network, digits: Digits, epoch: int) -> float:
    """Add loss and accuracy under the names that Keras gives them; return the loss."""
    probabilities, loss = network.layers(digits.pictures)[-1], loss_of(network, digits)
    log.scalar("epoch_loss", loss, epoch)
    log.scalar("epoch_accuracy", float(np.mean(probabilities.argmax(axis=1) == digits.labels)), epoch)
    return loss


def note_weights(log: Log, network: Network, digits: Digits, epoch: int) -> None:
    """Add what the histograms and pictures show."""
    for name, weights, offsets in zip(NAMES, network.weights, network.offsets, strict=True):
        log.histogram(f"{name}/weights", weights, epoch)
        log.histogram(f"{name}/offsets", offsets, epoch)
    for name, values in zip(NAMES, network.layers(digits.pictures)[1:], strict=True):
        log.histogram(f"{name}/passed on", values, epoch)
    if epoch % 10 == 0:
        templates = network.weights[0].T.reshape(-1, SIDE, SIDE)
        pixels = sprite(0.5 + templates / (2 * np.abs(templates).max()))
        log.image("templates of the hidden layer", pixels, epoch)


def train(folder: Path, rate: float, clock: Callable[[], float]) -> tuple[Network, list[list[float]]]:
    """Train a network and log it as Keras would, learning and test a run each; return their losses, too."""
    known, new = load_digits()
    rng = np.random.default_rng(2016)
    network = Network(rng)
    told: list[list[float]] = [[], []]
    with Log(folder / "train", clock) as log, Log(folder / "validation", clock) as test_log:
        log.graph(graph())
        for epoch in range(EPOCHS + 1):
            told[0].append(round(note_curves(log, network, known, epoch), 6))
            told[1].append(round(note_curves(test_log, network, new, epoch), 6))
            if epoch % 2 == 0:
                note_weights(log, network, new, epoch)
            for pictures, labels in batches(*known, size=BATCH, rng=rng):
                network.learn(pictures, labels, rate)
    return network, told


def project(folder: Path, network: Network, clock: Callable[[], float]) -> None:
    """Put the digits that the network has never seen into the projector."""
    _, new = load_digits()
    passed = network.layers(new.pictures)
    answers = passed[-1].argmax(axis=1)
    told = captions(new.labels, answers)
    spaces = {"as pixels": new.pictures, "as the network sees them": passed[2]}
    columns = {"caption": told, "digit": new.labels, "answer": answers}
    write_embeddings(folder, spaces, new.pictures.reshape(-1, SIDE, SIDE), columns, clock)


def write(folder: Path) -> None:
    """Write the whole log into ``folder``."""
    ticks = itertools.count(START)

    def clock() -> float:
        return float(next(ticks))

    runs = {name: train(folder / name, rate, clock) for name, rate in RATES.items()}
    told = {name: curves for name, (_, curves) in runs.items()}
    (folder / LOSSES).write_text(json.dumps(told) + "\n", encoding="utf-8")
    project(folder / "projector", runs["well"][0], clock)


def pack(folder: Path, target: Path) -> None:
    """Write the files of a folder into a zip file: the same files give the same bytes."""
    with (
        written_whole(target) as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
    ):
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            archive.writestr(
                zipfile.ZipInfo(path.relative_to(folder).as_posix()), path.read_bytes(), zipfile.ZIP_DEFLATED
            )


def main(target: Path) -> None:
    """Learn, and write the log as a zip file."""
    with tempfile.TemporaryDirectory() as scratch:
        write(Path(scratch))
        pack(Path(scratch), target)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
