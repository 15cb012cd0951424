"""Layers by zstd are what they are by gzip, smaller, and judged as sharply."""

from __future__ import annotations

import io
import random
import shutil
import zlib
from pathlib import Path

import pytest

from organiser.appliance import forms
from organiser.appliance.verify.run import verify
from organiser.image import compression
from organiser.image.compression import GZIP, ZSTD, Compression, compressed, uncompressed
from organiser.image.make import describe
from workshop.errors import WorkshopError

from ..building import quiet
from .making import make_image_root, source

DATA = random.Random(1).randbytes(300_000) + b"the same again " * 100_000


def packed(way: Compression, folder: Path, data: bytes = DATA) -> bytes:
    with compressed(way, folder / way.name) as file:
        file.write(data)
    return (folder / way.name).read_bytes()


def unpacked(way: Compression, data: bytes) -> bytes:
    with uncompressed(way, io.BytesIO(data)) as file:
        return file.read()


@pytest.mark.parametrize("way", [GZIP, ZSTD])
def test_what_was_packed_is_unpacked(way: Compression, tmp_path: Path) -> None:
    whole = packed(way, tmp_path)
    assert len(whole) < len(DATA) / 4
    assert whole == packed(way, tmp_path)
    assert unpacked(way, whole) == DATA
    assert unpacked(way, packed(way, tmp_path, b"")) == b""


@pytest.mark.parametrize("way", [GZIP, ZSTD])
def test_what_is_damaged_is_no_other_content(way: Compression, tmp_path: Path) -> None:
    whole = packed(way, tmp_path)
    other = packed(ZSTD if way is GZIP else GZIP, tmp_path)
    for damaged in (b"x", whole[:-9], whole[:1000], whole[:2000] + b"x" + whole[2001:], other):
        with pytest.raises((OSError, EOFError, zlib.error)):
            unpacked(way, damaged)


def test_a_reader_that_stops_leaves_no_program_behind(tmp_path: Path) -> None:
    whole = packed(ZSTD, tmp_path)
    with pytest.raises(KeyError), uncompressed(ZSTD, io.BytesIO(whole)) as file:
        assert file.read(5) == DATA[:5]
        raise KeyError


def test_without_zstd_the_reason_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_image_root(tmp_path / "root")
    (made,) = forms.write(source(root, compression=ZSTD), [forms.OCI], tmp_path, quiet())
    monkeypatch.setattr("importlib.import_module", no_module)
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    with pytest.raises(WorkshopError, match=r"Python 3\.14 or newer"):
        verify(made.path)
    with pytest.raises(WorkshopError, match="needs zstd; install zstd"):
        compression.parse("zstd")
    assert compression.parse("gzip") is GZIP
    with pytest.raises(WorkshopError, match="choose from zstd, gzip"):
        compression.parse("xz")


def no_module(name: str) -> None:
    raise ImportError(name)


def test_an_image_by_zstd_is_sound_and_one_that_is_changed_is_not(tmp_path: Path) -> None:
    root = make_image_root(tmp_path / "root")
    (zstd,) = forms.write(source(root, compression=ZSTD), [forms.OCI], tmp_path, quiet())
    whole, draw = zstd.path.read_bytes(), random.Random(22)
    report = verify(zstd.path)
    assert report.faults == []
    bill = describe(zstd.path).bill
    assert bill is not None
    assert "tornado" in bill.read_text()
    layers = whole.index(compression.MAGIC)
    for _ in range(6):
        flipped = bytearray(whole)
        place = draw.randrange(layers, len(whole.rstrip(b"\0")) - 600)
        flipped[place] ^= 1 << draw.randrange(8)
        zstd.path.write_bytes(flipped)
        if whole[place - place % 512 :][257:262] != b"ustar":
            assert verify(zstd.path).faults, place
