from __future__ import annotations

import os
from pathlib import Path

import pytest

from organiser.thumbdrive.ownership import read_own, require_no_clash, write_own
from workshop.core.errors import WorkshopError


def test_the_list_is_kept_and_written_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(os, "fchmod", refuse)  # as FAT32 does
    monkeypatch.setattr(os, "chmod", refuse)
    assert read_own(tmp_path) == set()
    write_own(tmp_path, ["b", "a b"])
    assert read_own(tmp_path) == {"a b", "b", "SHA256SUMS", "SHA256SUMS.sig"}
    before = (tmp_path / ".workshop-thumbdrive").stat()
    write_own(tmp_path, ["a b", "b"])
    assert (tmp_path / ".workshop-thumbdrive").stat() == before
    assert [path.name for path in tmp_path.iterdir()] == [".workshop-thumbdrive"]


@pytest.mark.parametrize(
    "text", ["", "hello\n", "# The files that 'workshop thumbdrive' put on this stick\n../up\n"]
)
def test_a_damaged_list_makes_nothing_ours(tmp_path: Path, text: str) -> None:
    (tmp_path / ".workshop-thumbdrive").write_text(text)
    with pytest.raises(WorkshopError, match="damaged"):
        read_own(tmp_path)


def test_a_list_that_leads_out_of_the_stick_is_damaged(tmp_path: Path) -> None:
    write_own(tmp_path, ["../up"])
    with pytest.raises(WorkshopError, match="damaged"):
        read_own(tmp_path)


@pytest.mark.parametrize("taken", ["x/a", "x", "SHA256SUMS"])
def test_a_strangers_file_is_in_the_way(tmp_path: Path, taken: str) -> None:
    path = tmp_path / taken
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"mine")
    with pytest.raises(WorkshopError, match=r"not ours.*nothing was changed"):
        require_no_clash(tmp_path, ["x/a"], set())


def test_a_link_where_a_folder_goes_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "x").symlink_to("elsewhere")
    with pytest.raises(WorkshopError, match="not ours"):
        require_no_clash(tmp_path, ["x/a"], set())
    # Whatever the list on the stick says: what is removed would lie elsewhere.
    with pytest.raises(WorkshopError, match="not ours"):
        require_no_clash(tmp_path, [], {"x/a"})
