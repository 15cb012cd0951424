"""Layers by zstd are what they are by gzip, and smaller."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from organiser.appliance import forms
from organiser.appliance.verify.run import verify
from organiser.image import compression
from organiser.image.compression import GZIP, ZSTD, Compression, compress, uncompressed
from organiser.image.make import describe
from workshop.errors import WorkshopError

from ..building import quiet
from .making import make_image_root, source

DATA = random.Random(1).randbytes(300_000) + b"the same again " * 100_000


def packed(way: Compression, folder: Path, data: bytes = DATA) -> bytes:
    (folder / "plain").write_bytes(data)
    compress(way, folder / "plain", folder / way.name)
    return (folder / way.name).read_bytes()


def unpacked(way: Compression, folder: Path, data: bytes) -> bytes:
    (folder / "packed").write_bytes(data)
    with uncompressed(way, folder / "packed") as file:
        return file.read()


@pytest.mark.parametrize("way", [GZIP, ZSTD])
def test_what_was_packed_is_unpacked(way: Compression, tmp_path: Path) -> None:
    whole = packed(way, tmp_path)
    assert len(whole) < len(DATA) / 4
    assert whole == packed(way, tmp_path)
    assert unpacked(way, tmp_path, whole) == DATA
    assert unpacked(way, tmp_path, packed(way, tmp_path, b"")) == b""


@pytest.mark.parametrize("way", [GZIP, ZSTD])
def test_what_is_damaged_is_no_other_content(way: Compression, tmp_path: Path) -> None:
    whole = packed(way, tmp_path)
    for damaged in (b"x", whole[:-9], whole[:1000], whole[:2000] + b"x" + whole[2001:]):
        with pytest.raises(WorkshopError, match="damaged"):
            unpacked(way, tmp_path, damaged)


def test_without_zstd_the_reason_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.oci.tar").write_bytes(b"")
    monkeypatch.setenv("PATH", str(tmp_path))
    for unable in (lambda: verify(tmp_path / "a.oci.tar"), lambda: compression.parse("zstd")):
        with pytest.raises(WorkshopError, match="needs zstd; install zstd"):
            unable()
    assert compression.parse("gzip") is GZIP
    with pytest.raises(WorkshopError, match="choose from zstd, gzip"):
        compression.parse("xz")


def test_an_image_by_zstd_is_sound(tmp_path: Path) -> None:
    root = make_image_root(tmp_path / "root")
    (zstd,) = forms.write(source(root, compression=ZSTD), [forms.OCI], tmp_path, quiet())
    report = verify(zstd.path)
    assert report.faults == []
    bill = describe(zstd.path).bill
    assert bill is not None
    assert "tornado" in bill.read_text()
