"""The sample photographs that are here are found, whichever data sets were fetched."""

from __future__ import annotations

from pathlib import Path

import pytest

from workshop.core.errors import WorkshopError
from workshop.datasets.catalogue import load_catalogue
from workshop.teach.imagenet.photos import FILES, photos


def test_each_is_a_file_of_the_catalogue() -> None:
    listed = {f"{name}/{file.name}" for name, dataset in load_catalogue().items() for file in dataset.files}
    assert set(FILES.values()) <= listed


def test_those_that_are_here_are_found_in_order(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    for name in ("coffee.png", "chelsea.png"):
        (tmp_path / "photos" / name).touch()
    assert list(photos(tmp_path).items()) == [
        ("cat", tmp_path / "photos/chelsea.png"),
        ("coffee", tmp_path / "photos/coffee.png"),
    ]


def test_none_at_all_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match="workshop data fetch photos"):
        photos(tmp_path)
