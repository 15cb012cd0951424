"""Who can hold a lock: whoever can open its file. So nobody else than those who work under it may open it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from workshop.core.files import locked, take_lock


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(autouse=True)
def umask():
    """The usual one, whatever these tests are run with."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_a_new_lock_is_closed_to_all_others(tmp_path: Path) -> None:
    with locked(tmp_path / "lock"):
        assert mode(tmp_path / "lock") == 0o600


@pytest.mark.parametrize(
    ("before", "after"), [(0o644, 0o600), (0o666, 0o660), (0o664, 0o660), (0o640, 0o600)]
)
def test_one_that_others_may_only_read_is_closed_to_them(tmp_path: Path, before: int, after: int) -> None:
    """A group that shares a folder goes on sharing its lock."""
    lock = tmp_path / "lock"
    lock.touch()
    lock.chmod(before)
    with lock.open("w") as file:
        assert take_lock(file)
    assert mode(lock) == after


def test_a_folder_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with locked(tmp_path):
        assert mode(tmp_path) == 0o755


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: only it can give a file away")
def test_anothers_lock_is_left_as_it_is(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.touch()
    lock.chmod(0o666)
    os.chown(lock, 65534, 65534)
    with locked(lock):
        assert mode(lock) == 0o666
