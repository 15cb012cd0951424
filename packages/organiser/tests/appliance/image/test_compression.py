"""Layers by zstd come back as they were, or not at all."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from organiser.image.layers import compress, uncompressed
from workshop.core.errors import WorkshopError

DATA = random.Random(1).randbytes(300_000) + b"the same again " * 100_000


def packed(folder: Path, data: bytes = DATA) -> bytes:
    (folder / "plain").write_bytes(data)
    compress(folder / "plain", folder / "packed")
    return (folder / "packed").read_bytes()


def unpacked(folder: Path, data: bytes) -> bytes:
    (folder / "packed").write_bytes(data)
    with uncompressed(folder / "packed") as file:
        return file.read()


def test_what_was_packed_is_unpacked(tmp_path: Path) -> None:
    whole = packed(tmp_path)
    assert len(whole) < len(DATA) / 4
    assert whole == packed(tmp_path)
    assert unpacked(tmp_path, whole) == DATA
    assert unpacked(tmp_path, packed(tmp_path, b"")) == b""


def test_what_is_damaged_is_no_other_content(tmp_path: Path) -> None:
    whole = packed(tmp_path)
    for damaged in (b"x", whole[:-9], whole[:1000], whole[:2000] + b"x" + whole[2001:]):
        with pytest.raises(WorkshopError, match="damaged"):
            unpacked(tmp_path, damaged)
