"""The tar file: order, dates, owners, hashes."""

from __future__ import annotations

import hashlib
import tarfile
from pathlib import Path

import pytest

from organiser.appliance import ova
from workshop.errors import WorkshopError

from .building import EPOCH


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    path = tmp_path / "a.vmdk"
    path.write_bytes(b"disk" * 1000)
    return path


def test_order_dates_and_hashes(tmp_path: Path, disk: Path) -> None:
    written = ova.write_ova(tmp_path / "a.ova", "a.ovf", b"<Envelope/>", disk, epoch=EPOCH)
    with tarfile.open(written_file := tmp_path / "a.ova") as tar:
        members = tar.getmembers()
        contents = {member.name: tar.extractfile(member).read() for member in members}  # type: ignore[union-attr]
    assert [member.name for member in members] == ["a.ovf", "a.mf", "a.vmdk"]
    assert {(m.mtime, m.uid, m.gid, m.uname, m.gname, m.mode) for m in members} == {
        (EPOCH, 0, 0, "", "", 0o644)
    }
    expected = {name: hashlib.sha256(contents[name]).hexdigest() for name in ("a.ovf", "a.vmdk")}
    assert ova.parse_manifest(contents["a.mf"]) == expected
    data = written_file.read_bytes()
    assert (written.bytes, written.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert data[257:263] == b"ustar\0"


def test_a_disk_that_no_header_can_hold_is_refused(tmp_path: Path) -> None:
    disk = tmp_path / "big.vmdk"
    with disk.open("wb") as file:
        file.truncate(8 << 30)
    with pytest.raises(WorkshopError, match="over 8 GiB"):
        ova.write_ova(tmp_path / "a.ova", "a.ovf", b"", disk, epoch=EPOCH)
    assert not (tmp_path / "a.ova").exists()


def test_a_name_that_no_header_can_hold_is_refused(tmp_path: Path, disk: Path) -> None:
    with pytest.raises(WorkshopError, match="cannot be put into an OVA"):
        ova.write_ova(tmp_path / "a.ova", f"{'n' * 120}.ovf", b"", disk, epoch=EPOCH)
    assert list(tmp_path.iterdir()) == [disk]
