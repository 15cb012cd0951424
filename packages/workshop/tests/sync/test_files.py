import errno
import os
import stat
from pathlib import Path

import pytest

from workshop.core import files as system_files
from workshop.core.errors import WorkshopError
from workshop.sync.files import (
    only_one,
    protection,
    read_own,
    without_links,
    write_atomically,
)
from workshop.sync.trust import Signers


def test_a_new_file_has_the_usual_mode_and_an_old_one_keeps_its_own(tmp_path: Path) -> None:
    write_atomically(tmp_path / "deep" / "a", b"1")
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE((tmp_path / "deep" / "a").stat().st_mode) == 0o666 & ~mask
    (tmp_path / "deep" / "a").chmod(0o750)
    write_atomically(tmp_path / "deep" / "a", b"2")
    assert stat.S_IMODE((tmp_path / "deep" / "a").stat().st_mode) == 0o750
    assert [file.name for file in (tmp_path / "deep").iterdir()] == ["a"]


def test_a_private_file_is_never_readable_by_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: (seen.append(os.fstat(file).st_mode), real(file)))
    monkeypatch.setattr(os, "fchmod", lambda file, mode: seen.append(os.fstat(file).st_mode))
    (tmp_path / "a").touch(mode=0o640)
    write_atomically(tmp_path / "a", b"1")
    assert stat.S_IMODE(seen[0]) == 0o600


def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_self: Path, _target: Path) -> Path:
        raise OSError(28, "No space left on device")

    write_atomically(tmp_path / "a", b"1")
    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space"):
        write_atomically(tmp_path / "a", b"2")
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("a", b"1")]


def test_protection(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    assert protection(tmp_path / "a") == protection(tmp_path / "missing") == ""
    (tmp_path / "a").chmod(0o444)
    assert "read-only" in protection(tmp_path / "a")


def test_nobody_waits_for_the_other_end_of_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "lock")
    with pytest.raises(OSError, match="not a regular file"):
        read_own(tmp_path / "lock")
    with pytest.raises(WorkshopError, match="not a regular file"):
        Signers(tmp_path / "lock")
    with only_one(tmp_path):  # which moves it aside
        assert (tmp_path / "lock").is_file()


def test_a_folder_that_cannot_be_flushed_still_gets_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """VirtualBox's shared folders refuse it; the rename itself was done."""

    def refuse(error: int) -> None:
        def flush(_folder: Path) -> None:
            raise OSError(error, os.strerror(error))

        monkeypatch.setattr(system_files, "flush_folder", flush)

    refuse(errno.EINVAL)
    write_atomically(tmp_path / "a", b"1")
    assert (tmp_path / "a").read_bytes() == b"1"
    refuse(errno.EIO)
    with pytest.raises(OSError, match="Input/output"):
        write_atomically(tmp_path / "a", b"2")


def test_links_are_followed_to_their_end_and_a_loop_has_none(tmp_path: Path) -> None:
    """With each Python: 3.13 no longer raises for a loop."""
    (tmp_path / "file").write_bytes(b"")
    for name, target in (("link", "file"), ("self", "self"), ("one", "other"), ("other", "one")):
        (tmp_path / name).symlink_to(tmp_path / target)
    root = tmp_path.resolve()
    for name, end in (("link", "file"), ("file/none", "file/none"), ("none/none", "none/none")):
        assert without_links(tmp_path / name) == root / end
    for name in ("self", "self/none", "one", "other/none/none"):
        with pytest.raises(OSError) as raised:
            without_links(tmp_path / name)
        assert raised.value.errno == errno.ELOOP
