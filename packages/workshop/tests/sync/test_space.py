import os
import types
from pathlib import Path

import pytest

from workshop.core.errors import WorkshopError
from workshop.sync.files import SPARE_BYTES, SPARE_INODES, require_room

ENOUGH = 3500 + SPARE_BYTES


def ask(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free: int, inodes: int = 10**6, total: int = 10**6
) -> None:
    disk = types.SimpleNamespace(f_bavail=free, f_frsize=1, f_files=total, f_favail=inodes)
    monkeypatch.setattr(os, "statvfs", lambda _place: disk)
    require_room(tmp_path, [500, 1000, 2000])


def test_room_for_files_and_backups_on_one_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ask(monkeypatch, tmp_path, ENOUGH)
    with pytest.raises(WorkshopError, match="MB free"):
        ask(monkeypatch, tmp_path, ENOUGH - 1)


def test_room_for_more_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ask(monkeypatch, tmp_path, ENOUGH, inodes=SPARE_INODES + 3)
    with pytest.raises(WorkshopError, match="more files"):
        ask(monkeypatch, tmp_path, ENOUGH, inodes=SPARE_INODES + 2)
    ask(monkeypatch, tmp_path, ENOUGH, inodes=0, total=0)  # a file system that makes them as it goes
