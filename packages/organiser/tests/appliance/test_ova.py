"""The tar file: order, dates, owners, hashes."""

from __future__ import annotations

import hashlib
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from organiser.appliance import ova
from organiser.appliance.ova import parse_manifest, read_contents, render_manifest
from workshop.core.errors import WorkshopError

from .building import EPOCH, MACHINE, Pieces


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


NAMES = st.text(
    st.characters(codec="ascii", exclude_characters="()\r\n", exclude_categories=("Cc",)), min_size=1
)
DIGESTS = st.text("0123456789abcdef", min_size=64, max_size=64)


@given(st.dictionaries(NAMES, DIGESTS, min_size=1))
def test_what_is_written_is_read(digests: dict[str, str]) -> None:
    assert parse_manifest(render_manifest(digests)) == digests


def test_a_sound_appliance(ova: Path) -> None:
    contents = read_contents(ova)
    assert (contents.memory, contents.cpus, contents.forwards) == (2048, 2, MACHINE.forwards)
    data = ova.read_bytes()
    disk = data[contents.disk.offset : contents.disk.offset + contents.disk.size]
    assert disk == Pieces.of(ova).get(".vmdk").data


@pytest.mark.parametrize("data", [b"", b"hello" * 1000, bytes(5000)])
def test_what_is_no_archive(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.ova"
    path.write_bytes(data)
    with pytest.raises(WorkshopError, match=r"x\.ova"):
        read_contents(path)
