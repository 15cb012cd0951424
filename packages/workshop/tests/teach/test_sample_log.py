"""The sample tells its story, and TensorBoard serves every part of it."""

from __future__ import annotations

import getpass
import itertools
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from workshop.site import tensorboard_sample
from workshop.teach import sample_log

reader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("logs") / "sample"
    tensorboard_sample.lay_down(folder, getpass.getuser())
    return folder


def curve(folder: Path, run: str, tag: str) -> list[float]:
    found = reader.EventAccumulator(str(folder / run), {"scalars": 0}).Reload()
    return [event.value for event in found.Scalars(tag)]


def contents(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_sample_replaces_an_older_or_half_written_one(tmp_path: Path, folder: Path) -> None:
    other = tmp_path / "logs/sample"
    (other / "old").mkdir(parents=True)
    (other.with_name("sample.new") / "left by a run that was killed").mkdir(parents=True)
    words = [sys.executable, "-m", "workshop.site.tensorboard_sample", str(other), getpass.getuser()]
    subprocess.run(words, check=True)
    assert contents(other) == contents(folder)
    assert list(other.parent.iterdir()) == [other]
    assert not (other / "old").exists()


def test_the_shipped_sample_is_what_its_program_makes(tmp_path: Path, folder: Path) -> None:
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
