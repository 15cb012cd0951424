import os
import types
from pathlib import Path

import pytest

from workshop.errors import WorkshopError
from workshop.sync.notebook import Version
from workshop.sync.plan import Action
from workshop.sync.space import SPARE_BYTES, SPARE_INODES, require_space
from workshop.sync.tree import Fate, Step

FATE = Fate("a", Action.UPDATED, "", (Step("a", Version(b"1" * 1000), Version(b"2" * 2000)),))
ENOUGH = 1000 + 2000 + 500 + SPARE_BYTES


def ask(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free: int, inodes: int = 10**6, total: int = 10**6
) -> None:
    disk = types.SimpleNamespace(f_bavail=free, f_frsize=1, f_files=total, f_favail=inodes)
    monkeypatch.setattr(os, "statvfs", lambda _place: disk)
    require_space([FATE], [Version(b"3" * 500)], tmp_path / "new" / "mine", tmp_path / "new" / "state")


def test_room_for_files_and_backups_on_one_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ask(monkeypatch, tmp_path, ENOUGH)
    with pytest.raises(WorkshopError, match="MB free"):
        ask(monkeypatch, tmp_path, ENOUGH - 1)


def test_room_for_more_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ask(monkeypatch, tmp_path, ENOUGH, inodes=SPARE_INODES + 3)
    with pytest.raises(WorkshopError, match="more files"):
        ask(monkeypatch, tmp_path, ENOUGH, inodes=SPARE_INODES + 2)
    ask(monkeypatch, tmp_path, ENOUGH, inodes=0, total=0)  # a file system that makes them as it goes


def test_nothing_to_write_needs_no_room(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _place: pytest.fail("nobody asked"))
    require_space([Fate("a", Action.NOTHING)], [], tmp_path, tmp_path)
