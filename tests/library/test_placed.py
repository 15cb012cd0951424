"""The module that makes a number of folders and files in one go."""

from __future__ import annotations

import os
import pwd
from pathlib import Path
from typing import Any

import pytest
from ansible_module import load_module

placed = load_module("library/placed.py")


def folder(path: Path, mode: str = "0755", owner: str | None = None) -> dict[str, Any]:
    return {"path": str(path), "mode": mode, "owner": owner}


def file(path: Path, content: str, mode: str = "0644") -> dict[str, Any]:
    return {"path": str(path), "content": content, "mode": mode, "owner": None}


def test_makes_what_is_missing_once(tmp_path: Path) -> None:
    wanted = [folder(tmp_path / "a" / "b", "0700")], [file(tmp_path / "a" / "b" / "c", "é\n", "0600")]
    first = placed.place(*wanted, False)
    assert first["changed"] and first["paths"] == [str(tmp_path / "a" / "b"), str(tmp_path / "a" / "b" / "c")]
    assert (tmp_path / "a" / "b" / "c").read_text() == "é\n"
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "a" / "b" / "c").stat().st_mode & 0o777 == 0o600
    assert placed.place(*wanted, False) == {"changed": False, "paths": [], "diff": []}


def test_check_mode_tells_and_writes_nothing(tmp_path: Path) -> None:
    result = placed.place([folder(tmp_path / "a")], [file(tmp_path / "a" / "b", "new")], True)
    assert result["changed"]
    assert result["diff"][0]["after"] == "new"
    assert not list(tmp_path.iterdir())


def test_a_changed_file_shows_its_difference(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    result = placed.place([], [file(tmp_path / "a", "new")], False)
    assert (result["diff"][0]["before"], result["diff"][0]["after"]) == ("old", "new")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_only_the_mode_is_mended(tmp_path: Path) -> None:
    target = tmp_path / "a"
    target.write_text("same")
    target.chmod(0o666)
    inode = target.stat().st_ino
    assert placed.place([], [file(target, "same")], False)["changed"]
    assert (target.stat().st_ino, target.stat().st_mode & 0o777) == (inode, 0o644)


def test_an_account_that_is_not_there_yet_is_no_change(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert not placed.place([folder(tmp_path, owner="nobody-of-this-name")], [], True)["changed"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_gives_a_folder_to_its_owner(tmp_path: Path) -> None:
    assert placed.place([folder(tmp_path / "a", owner="nobody")], [], False)["changed"]
    assert (tmp_path / "a").stat().st_uid == pwd.getpwnam("nobody").pw_uid


def test_a_failed_write_leaves_the_old_file_and_nothing_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        placed.place([], [file(tmp_path / "a", "new")], False)
    assert (tmp_path / "a").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
