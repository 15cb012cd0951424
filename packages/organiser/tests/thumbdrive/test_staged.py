from pathlib import Path

import pytest

from organiser.thumbdrive.staged import read_staged
from workshop.errors import WorkshopError

from .bed import fill


def test_what_is_staged(tmp_path: Path) -> None:
    entries = read_staged(fill(tmp_path, {"a": b"one", "b/c": b""}))
    assert {name: entry.bytes for name, entry in entries.items()} == {"a": 3, "b/c": 0}


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(WorkshopError, match="run 'workshop thumbdrive stage'"):
        read_staged(tmp_path)


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    fill(tmp_path, {"a": b"one"})
    (tmp_path / "a").unlink()
    with pytest.raises(WorkshopError, match="lacks a; run"):
        read_staged(tmp_path)
