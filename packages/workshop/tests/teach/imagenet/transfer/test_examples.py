from __future__ import annotations

from pathlib import Path

import pytest

from teach.imagenet.painted import noise
from workshop.teach.imagenet.transfer import examples
from workshop.teach.imagenet.transfer.folder import read_folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "things" / "tools"
    folder.mkdir(parents=True)
    for number, kind in enumerate(examples.CLASSES):
        for each in range(1, 6):
            noise(10 * number + each, (320, 226)).save(folder / f"{kind}{each}.webp", lossless=True)
    noise(99).save(folder / "spray.webp")
    return tmp_path / "data"


def test_the_example_has_every_fault_that_is_looked_for(data: Path, tmp_path: Path) -> None:
    folder = examples.fill(tmp_path / "mine", data)
    found = read_folder(folder)
    assert {str(kind) for kind in found.labels} == set(examples.CLASSES)
    assert len(found.items) == 20, "five of each class, and the rest left out"
    text = "\n".join(found.remarks)
    for fault in (
        "outside the class folders",
        "same file as",
        "broken or empty",
        "looks just like",
        "notes.txt",
    ):
        assert fault in text


def test_it_may_be_filled_twice(data: Path, tmp_path: Path) -> None:
    examples.fill(tmp_path / "mine", data)
    assert len(read_folder(examples.fill(tmp_path / "mine", data)).items) == 20


def test_your_folder_is_taken_when_it_can_be_learnt_from(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, kind in enumerate(("cups", "spoons")):
        (tmp_path / "mine" / kind).mkdir(parents=True)
        for each in range(4):
            noise(50 * number + each, (90, 80)).save(tmp_path / "mine" / kind / f"{each}.png")
    found = examples.yours_or_ours(tmp_path / "mine", data)
    assert set(found.labels) == {"cups", "spoons"}
    assert capsys.readouterr().out.startswith("· cups has only 4 pictures")


def test_else_one_line_says_why_and_the_example_is_taken(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = examples.yours_or_ours(str(tmp_path / "nowhere"), data)
    assert {str(kind) for kind in found.labels} == set(examples.CLASSES)
    first, second, *remarks = capsys.readouterr().out.splitlines()
    assert first.startswith("there is no folder")
    assert second == "Until then we go on with the example:"
    assert len(remarks) == len(found.remarks)


def test_no_name_is_the_example_without_a_complaint(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    examples.yours_or_ours("", data)
    assert "there is no folder" not in capsys.readouterr().out
