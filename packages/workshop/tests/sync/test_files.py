import errno
import os
import stat
from pathlib import Path

import pytest

from workshop.errors import WorkshopError
from workshop.sync.files import (
    only_one,
    read_own,
    write_atomically,
)
from workshop.sync.trust import Signers
from workshop.system import files as system_files


def test_the_umask_is_obeyed_without_being_touched(tmp_path: Path) -> None:
    """Reading it with ``os.umask`` changes it for a moment, and for good when two threads meet."""
    before = os.umask(0o027)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "umask", None)
            write_atomically(tmp_path / "a", b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640


def test_a_private_file_is_never_readable_by_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: (seen.append(os.fstat(file).st_mode), real(file)))
    monkeypatch.setattr(os, "fchmod", lambda file, mode: seen.append(os.fstat(file).st_mode))
    (tmp_path / "a").touch(mode=0o640)
    write_atomically(tmp_path / "a", b"1")
    assert stat.S_IMODE(seen[0]) == 0o600


def test_nobody_waits_for_the_other_end_of_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "lock")
    with pytest.raises(OSError, match="no ordinary file"):
        read_own(tmp_path / "lock")
    with pytest.raises(WorkshopError, match="no ordinary file"):
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
