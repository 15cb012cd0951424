from __future__ import annotations

from pathlib import Path

import pytest

from imagenet.painted import noise
from workshop.imagenet.transfer import examples
from workshop.imagenet.transfer.folder import read_folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "things" / "tools"
    folder.mkdir(parents=True)
    for number, kind in enumerate(examples.KINDS):
        for each in range(1, 6):
            noise(10 * number + each, (320, 226)).save(folder / f"{kind}{each}.webp", lossless=True)
    noise(99).save(folder / "spray.webp")
    return tmp_path / "data"


def test_the_example_has_every_fault_that_is_looked_for(data: Path, tmp_path: Path) -> None:
    folder = examples.fill(tmp_path / "mine", data)
    found = read_folder(folder)
    assert {str(kind) for kind in found.kinds} == set(examples.KINDS)
    assert len(found.items) == 20, "five of each kind, and the rest left out"
    text = "\n".join(found.remarks)
    for fault in ("in no kind's folder", "same file as", "broken or empty", "looks just like", "notes.txt"):
        assert fault in text


def test_it_may_be_filled_twice(data: Path, tmp_path: Path) -> None:
    examples.fill(tmp_path / "mine", data)
    assert len(read_folder(examples.fill(tmp_path / "mine", data)).items) == 20
