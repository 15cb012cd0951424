"""The sample tells its story, and TensorBoard serves every part of it."""

from __future__ import annotations

import contextlib
import getpass
import io
import itertools
import json
import subprocess
import sys
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from free_ports import free_port
from PIL import Image
from waiting import end, patience, wait_until

from workshop.site import tensorboard_sample
from workshop.teach import checkpoints, sample_log

reader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
Get = Callable[..., bytes]
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("logs") / "sample"
    tensorboard_sample.lay_down(folder, getpass.getuser())
    return folder


@pytest.fixture(scope="module")
def get(folder: Path) -> Iterator[Get]:
    """Ask a real TensorBoard that looks at the folder above the sample."""
    port = free_port()
    words = ["--logdir", str(folder.parent), "--port", str(port), "--load_fast=false"]
    server = subprocess.Popen([sys.executable, "-m", "tensorboard.main", *words], stderr=subprocess.DEVNULL)

    def ask(path: str, **query: str) -> bytes:
        url = f"http://127.0.0.1:{port}/data/{path}?{urllib.parse.urlencode(query)}"
        with DIRECT.open(url, timeout=patience(60)) as answer:
            return bytes(answer.read())

    try:
        yield _patient(ask, server)
    finally:
        end(server)


def _patient(ask: Get, server: subprocess.Popen[bytes]) -> Get:
    """Wait until TensorBoard is up and has read the last of the runs."""

    def has_read_all() -> bool:
        assert server.poll() is None, "TensorBoard ended"
        with contextlib.suppress(OSError):
            return len(json.loads(ask("runs"))) == 7 and bool(json.loads(ask("plugin/projector/runs")))
        return False

    # Beside much else its start alone has taken more than a minute.
    wait_until(has_read_all, 240, "TensorBoard lists the sample's seven runs", every=0.3)
    return ask


def test_the_digits_are_all_there() -> None:
    known, new = sample_log.load_digits()
    assert known.pictures.shape == (600, 784)
    assert new.pictures.shape == (400, 784)
    assert np.bincount(known.labels).tolist() == [60] * 10
    assert np.bincount(new.labels).tolist() == [40] * 10
    assert new.pictures.min() == 0
    assert new.pictures.max() == 1


def test_the_slopes_are_right() -> None:
    rng = np.random.default_rng(1)
    network = sample_log.Network(rng)
    network.weights = [weights.astype(np.float64) for weights in network.weights]
    pictures, labels = rng.random((5, 784)), np.arange(5)

    def loss() -> float:
        return float(-np.log(network.layers(pictures)[-1][np.arange(5), labels]).mean())

    for part, place in ((network.weights[0], (300, 4)), (network.weights[2], (3, 2))):
        before = part[place]
        part[place] = before + 1e-5
        up = loss()
        part[place] = before - 1e-5
        slope = (up - loss()) / 2e-5
        part[place] = before
        other = sample_log.Network(np.random.default_rng(1))
        other.weights = [weights.copy() for weights in network.weights]
        other.learn(pictures, labels, 1.0)
        moved = other.weights[0 if part.shape[0] == 784 else 2][place] - before
        assert moved == pytest.approx(-slope, rel=1e-3)


def curve(folder: Path, run: str, tag: str) -> list[float]:
    found = reader.EventAccumulator(str(folder / run), {"scalars": 0}).Reload()
    return [event.value for event in found.Scalars(tag)]


def test_the_three_rates_tell_their_story(folder: Path) -> None:
    ends = {name: curve(folder, f"{name}/train", "epoch_loss")[-1] for name in sample_log.RATES}
    assert ends["well"] < 0.05
    assert ends["too-slow"] > 0.5
    assert ends["too-fast"] > 0.5
    assert curve(folder, "well/train", "epoch_accuracy")[-1] == 1
    test = curve(folder, "well/validation", "epoch_loss")
    assert test[-1] > 1.1 * min(test), "learning by heart: the test's loss rises again"
    assert curve(folder, "well/validation", "epoch_accuracy")[-1] > 0.8


def contents(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_it_replaces_what_is_there_and_is_the_same_each_time(tmp_path: Path, folder: Path) -> None:
    other = tmp_path / "logs/sample"
    (other / "old").mkdir(parents=True)
    (other.with_name("sample.new") / "left by a run that was killed").mkdir(parents=True)
    words = [sys.executable, "-m", "workshop.site.tensorboard_sample", str(other), getpass.getuser()]
    subprocess.run(words, check=True)
    assert contents(other) == contents(folder)
    assert list(other.parent.iterdir()) == [other]
    assert not (other / "old").exists()


def test_what_comes_along_is_what_its_program_learns(tmp_path: Path, folder: Path) -> None:
    """Another processor rounds differently, and two runs part company; what they tell is the same."""
    made = tmp_path / "made.zip"
    sample_log.main(made)
    again = tmp_path / "again"
    with zipfile.ZipFile(made) as archive:
        archive.extractall(again)
    assert contents(again).keys() == contents(folder).keys()
    same = [path for path in contents(folder) if path.suffix in (".png", ".pbtxt") or "space0" in path.name]
    assert len(same) == 3
    for path in same:
        assert (again / path).read_bytes() == (folder / path).read_bytes(), path
    for name in ("too-slow", "well"):
        for half, tag in itertools.product(("train", "validation"), ("epoch_loss", "epoch_accuracy")):
            mine, shipped = (curve(each, f"{name}/{half}", tag) for each in (again, folder))
            np.testing.assert_allclose(mine, shipped, rtol=0.02, atol=0.02, err_msg=f"{name} {half} {tag}")
    told = json.loads((again / sample_log.LOSSES).read_text(encoding="utf-8"))
    for name, half in itertools.product(sample_log.RATES, (0, 1)):
        logged = curve(again, f"{name}/{('train', 'validation')[half]}", "epoch_loss")
        np.testing.assert_allclose(told[name][half], logged, atol=1e-6)


def test_the_same_log_gives_the_same_archive(tmp_path: Path, folder: Path) -> None:
    for name in ("one.zip", "two.zip"):
        sample_log.pack(folder, tmp_path / name)
    shipped = checkpoints.SHIPPED / "sample-log.zip"
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(shipped) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            path.as_posix(): data for path, data in contents(folder).items()
        }


def test_tensorboard_serves_curves(get: Get) -> None:
    tags = json.loads(get("plugin/scalars/tags"))
    for name, half in itertools.product(sample_log.RATES, ("train", "validation")):
        assert set(tags[f"sample/{name}/{half}"]) == {"epoch_loss", "epoch_accuracy"}


def test_tensorboard_serves_histograms(get: Get) -> None:
    tags = json.loads(get("plugin/histograms/tags"))["sample/well/train"]
    assert {"hidden/weights", "hidden/passed on", "answer/weights"} <= set(tags)
    steps = json.loads(get("plugin/histograms/histograms", run="sample/well/train", tag="hidden/weights"))
    assert [step for _, step, _ in steps] == list(range(0, 21, 2))


def test_tensorboard_serves_the_graph(get: Get) -> None:
    assert json.loads(get("plugin/graphs/info"))["sample/well/train"]["run_graph"] is True
    graph = get("plugin/graphs/graph", run="sample/well/train").decode()
    assert 'name: "hidden/product"' in graph
    assert 'input: "hidden/weights"' in graph


def test_tensorboard_serves_pictures(get: Get) -> None:
    tag = "templates of the hidden layer"
    entries: list[dict[str, Any]] = json.loads(
        get("plugin/images/images", run="sample/well/train", tag=tag, sample="0")
    )
    assert [entry["step"] for entry in entries] == [0, 10, 20]
    url, _, query = f"plugin/images/individualImage?{entries[0]['query']}".partition("?")
    assert Image.open(io.BytesIO(get(url, **dict(urllib.parse.parse_qsl(query))))).size == (224, 224)


def test_tensorboard_serves_the_projector(get: Get) -> None:
    run = "sample/projector"
    assert json.loads(get("plugin/projector/runs")) == [run]
    spaces = json.loads(get("plugin/projector/info", run=run))["embeddings"]
    assert {space["tensorName"]: space["tensorShape"] for space in spaces} == {
        "as pixels": [400, 784],
        "as the network sees them": [400, 16],
    }
    name = "as the network sees them"
    values = np.frombuffer(get("plugin/projector/tensor", run=run, name=name), "<f4")
    assert values.shape == (400 * 16,)
    labels = get("plugin/projector/metadata", run=run, name=name)
    assert labels.startswith(b"caption\tdigit\tanswer\n0\t0\t0\n")
    sprite = Image.open(io.BytesIO(get("plugin/projector/sprite_image", run=run, name=name)))
    assert sprite.size == (560, 560)


@pytest.mark.parametrize("name", sample_log.RATES)
def test_the_lesson_tells_the_curves_that_tensorboard_shows(folder: Path, name: str) -> None:
    for half, told in zip(("train", "validation"), sample_log.losses(name), strict=True):
        np.testing.assert_allclose(told, curve(folder, f"{name}/{half}", "epoch_loss"), rtol=1e-6, atol=1e-6)


def test_the_curves_told_in_the_lesson_turn_where_the_well_chosen_rate_begins_to_learn_by_heart() -> None:
    learnt, new = sample_log.losses("well")
    assert len(learnt) == len(new) == sample_log.EPOCHS + 1
    assert learnt[-1] < 0.01 and min(new) < new[-1]
    assert 0 < new.index(min(new)) < sample_log.EPOCHS // 2
