"""Zips that unpack to far more than they say, or say so: no reader of ours takes the memory for it."""

from __future__ import annotations

import io
import json
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from workshop.core.errors import WorkshopError
from workshop.core.zips import read_member
from workshop.datasets.gcompris import read_resource
from workshop.datasets.store import WrongContentError
from workshop.sync.apply import no_open_notebooks
from workshop.sync.pack import take_up
from workshop.teach import checkpoints
from workshop.teach.imagenet.transfer import classifier
from workshop.teach.music import musicxml

HUGE = 600_000_000
MOST = 120_000_000
"""Bytes of memory that a reader may take meanwhile: one file of the largest size, and a copy."""
GOOD = {"format": 1, "origin": "0" * 32, "name": "x", "delivered": {}, "left_out": {}}


@pytest.fixture(scope="module")
def deflated() -> bytes:
    """Return a few hundred kB that unpack to HUGE zeros."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    zeros = bytes(10_000_000)
    return b"".join(packer.compress(zeros) for _ in range(HUGE // len(zeros))) + packer.flush()


def bomb(name: str, packed: bytes, says: int, method: int = zipfile.ZIP_DEFLATED, **others: str) -> bytes:
    """Return a zip with one file whose size is whatever it says."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for other, text in others.items():
            archive.writestr(other.replace("_", "-") + ".json", text)
        archive.writestr(zipfile.ZipInfo(name), packed)
    made = bytearray(out.getvalue())
    # Both heads of the file, of which the second, in the directory, is what readers go by.
    for start, place in ((made.rfind(b"PK\3\4"), 8), (made.rfind(b"PK\1\2"), 10)):
        made[start + place : start + place + 2] = struct.pack("<H", method)
        made[start + place + 14 : start + place + 18] = struct.pack("<I", says)
    return bytes(made)


def folder(file: Path) -> None:
    take_up(file, file.parent / "into", file.parent / "state", True, no_open_notebooks)


READERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "a folder": ("notebooks/a.ipynb", folder),
    "a score": ("score.xml", musicxml.read),
    "a checkpoint": ("facts.npy", checkpoints.load),
    "a classifier": ("classes.npy", classifier.load),
}


@pytest.mark.parametrize("says", [1000, HUGE], ids=["says little", "says all"])
@pytest.mark.parametrize("reader", READERS)
def test_a_bomb_is_refused_and_takes_no_memory(
    tmp_path: Path, deflated: bytes, reader: str, says: int
) -> None:
    name, read = READERS[reader]
    file = tmp_path / "file.mxl"
    file.write_bytes(bomb(name, deflated, says, workshop_folder=json.dumps(GOOD)))
    assert file.stat().st_size < 1_000_000
    tracemalloc.start()
    try:
        with pytest.raises(WorkshopError) as caught:
            read(file)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "\n" not in str(caught.value)
    assert most < MOST


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_the_library_unpacks_without_bound_is_not_read(method: int) -> None:
    with (
        zipfile.ZipFile(io.BytesIO(bomb("a", b"x" * 100, 100, method))) as archive,
        pytest.raises(ValueError, match="not supported"),
    ):
        read_member(archive, "a", 1000)


def test_what_is_as_large_as_it_may_be_is_read() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", b"ab" * 100_000)
        assert len(read_member(archive, "a", 200_000)) == 200_000
        with pytest.raises(ValueError, match="more than 199,999"):
            read_member(archive, "a", 199_999)


def test_a_file_of_qt_is_bounded_too(deflated: bytes) -> None:
    packed = b"\0\0\3\xe8" + zlib.compress(bytes(1000))[:2] + deflated + b"\0\0\0\0"
    content = struct.pack(">I", len(packed)) + packed
    name = struct.pack(">HI", 1, 0) + "a".encode("utf-16-be")
    root = struct.pack(">IHII", 0, 2, 1, 1)
    leaf = struct.pack(">IHHHI", 0, 1, 0, 0, 0)
    tree = 20
    contents = tree + len(root) + len(leaf)
    raw = b"qres" + struct.pack(">4I", 1, tree, contents, contents + len(content))
    raw += root + leaf + content + name
    tracemalloc.start()
    try:
        with pytest.raises(WrongContentError, match="more than"):
            list(read_resource(io.BytesIO(raw)))
        assert tracemalloc.get_traced_memory()[1] < MOST
    finally:
        tracemalloc.stop()
