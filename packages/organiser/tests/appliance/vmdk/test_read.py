"""Every grain is inflated and checked; a damaged one is named."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

from organiser.appliance.vmdk.layout import GRAIN, GRAIN_HEAD, OVERHEAD, SECTOR
from organiser.appliance.vmdk.read import Window, inflate, write_raw
from organiser.appliance.vmdk.stream import StreamError
from organiser.appliance.vmdk.write import write_vmdk
from workshop.errors import WorkshopError

from ..building import write_disk

FIRST = OVERHEAD * SECTOR


@pytest.fixture
def vmdk(tmp_path: Path) -> Path:
    write_vmdk(write_disk(tmp_path / "raw"), tmp_path / "a.vmdk")
    return tmp_path / "a.vmdk"


def put_first_grain(vmdk: Path, compressed: bytes) -> None:
    """Replace the first grain's data, within the room that it has."""
    data = bytearray(vmdk.read_bytes())
    place, size = GRAIN_HEAD.unpack_from(data, FIRST)
    room = -(-(GRAIN_HEAD.size + size) // SECTOR)
    assert -(-(GRAIN_HEAD.size + len(compressed)) // SECTOR) <= room
    compressed = compressed.ljust(size, b"\0")
    data[FIRST : FIRST + GRAIN_HEAD.size + size] = GRAIN_HEAD.pack(place, size) + compressed
    vmdk.write_bytes(data)


@pytest.mark.parametrize(
    ("compressed", "said"),
    [
        (b"this is not deflate", "does not inflate$"),
        (zlib.compress(bytes(GRAIN - 1)), "does not inflate to 64 KiB"),
        (zlib.compress(bytes(GRAIN + 1)), "does not inflate to 64 KiB"),
        (zlib.compress(bytes(1 << 24)), "does not inflate to 64 KiB"),
    ],
)
def test_a_damaged_grain_is_named_by_its_sector(vmdk: Path, compressed: bytes, said: str) -> None:
    put_first_grain(vmdk, compressed)
    with pytest.raises(StreamError, match=f"grain at sector {OVERHEAD} {said}"):
        list(inflate(Window(vmdk)))


def test_a_damaged_disk_leaves_no_raw_file(vmdk: Path, tmp_path: Path) -> None:
    put_first_grain(vmdk, b"this is not deflate")
    with pytest.raises(WorkshopError, match=r"a\.vmdk is damaged: .*; copy it again"):
        write_raw(Window(vmdk), tmp_path / "back")
    assert not (tmp_path / "back").exists()
