"""Every kind of file goes into a tar as what it is, each after the folders in which it lies."""

from __future__ import annotations

import io
import os
import socket
import tarfile
from pathlib import Path

import pytest

from organiser.appliance.members import info_of, walk

EPOCH = 1_700_000_000
CAPABILITY = bytes.fromhex("0100000200200000ff00000000000000fe000000")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin/program"
    program.write_bytes(b"runs")
    program.chmod(0o4751)
    os.utime(program, (EPOCH - 5, EPOCH - 5))
    (tmp_path / "bin/same").hardlink_to(program)
    (tmp_path / "bin/link").symlink_to("../bin//program")
    os.mkfifo(tmp_path / "pipe")
    return tmp_path


def members(root: Path) -> dict[str, tarfile.TarInfo | None]:
    links: dict[tuple[int, int], str] = {}
    return {path: info_of(path, entry, links, EPOCH) for path, entry in walk(root, root)}


def test_each_kind_of_file_is_a_member_and_a_socket_is_none(root: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(os.path.relpath(root / "socket"))
        found = members(root)
    assert found.pop("socket") is None
    kept = {path: info for path, info in found.items() if info is not None}
    assert list(kept) == ["bin", "bin/link", "bin/program", "bin/same", "pipe"]
    kinds = (tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.REGTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE)
    assert tuple(info.type for info in kept.values()) == kinds
    program = kept["bin/program"]
    assert (program.size, program.mode, program.mtime) == (4, 0o4751, EPOCH - 5)
    assert kept["bin/same"].linkname == "bin/program"
    assert kept["bin/link"].linkname == "../bin//program"
    assert kept["pipe"].mtime == EPOCH, "no date is later"
    assert all((info.uid, info.gid) == (os.getuid(), os.getgid()) for info in kept.values())


def test_what_a_program_may_is_kept_with_it_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def getxattr(path: str, name: str, *, follow_symlinks: bool) -> bytes:
        assert not follow_symlinks
        if name == "security.capability" and Path(path).name in ("program", "same"):
            return CAPABILITY
        raise OSError

    monkeypatch.setattr(os, "getxattr", getxattr)
    found = {path: info for path, info in members(root).items() if info is not None}
    packed = io.BytesIO()
    with tarfile.TarFile(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar:
        tar.addfile(found["bin/program"], io.BytesIO(b"runs"))
    packed.seek(0)
    with tarfile.open(fileobj=packed, errors="surrogateescape") as tar:
        read = tar.getmember("bin/program").pax_headers["SCHILY.xattr.security.capability"]
    assert read.encode("utf-8", "surrogateescape") == CAPABILITY
    assert not any(info.pax_headers for path, info in found.items() if path != "bin/program")
