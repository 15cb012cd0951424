"""One pass sees members, hashes and disks; a file that ends early says where."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from organiser.appliance.verify import scan as scanning
from organiser.appliance.verify.scan import scan

from ..building import Piece, Pieces


def test_the_verdict_does_not_depend_on_the_chunks(ova: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = scan(ova)
    monkeypatch.setattr(scanning, "CHUNK", 512 * 3)
    assert scan(ova) == whole


def test_every_byte_is_read_once_and_told(ova: Path) -> None:
    told: list[int] = []
    scan(ova, told.append)
    assert sum(told) == ova.stat().st_size


def test_wherever_it_is_cut_the_scan_says_so(ova: Path, tmp_path: Path) -> None:
    data = ova.read_bytes()
    end = len(data.rstrip(b"\0")) // 512 * 512
    for size in [0, 1, 511, 512, 600, 20_000, end, end + 100]:
        path = tmp_path / "cut.ova"
        path.write_bytes(data[:size])
        assert "cut off" in scan(path).fault, size


def test_a_bomb_of_members_is_not_listed(tmp_path: Path) -> None:
    pieces = Pieces([Piece(f"{number}.vmdk", b"") for number in range(1000)])
    assert "more than" in scan(pieces.write(tmp_path / "many.ova")).fault


@pytest.mark.parametrize("junk", [b"hello", b"\xff" * 5000, b"PK\x03\x04" * 500])
def test_what_is_no_tar_file(tmp_path: Path, junk: bytes) -> None:
    (tmp_path / "x.ova").write_bytes(junk)
    assert scan(tmp_path / "x.ova").fault


def test_a_negative_size(ova: Path, tmp_path: Path) -> None:
    info = tarfile.TarInfo("a.ovf")
    info.size = -512
    (tmp_path / "x.ova").write_bytes(info.tobuf(tarfile.GNU_FORMAT) + bytes(2048))
    assert "negative size" in scan(tmp_path / "x.ova").fault
