"""What an OVA holds, and where."""

from __future__ import annotations

from pathlib import Path

import pytest

from organiser.appliance.ova import read_contents
from workshop.errors import WorkshopError

from .building import MACHINE, Pieces


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


def test_two_disks_are_too_many(ova: Path, tmp_path: Path) -> None:
    pieces = Pieces.of(ova)
    pieces.pieces.append(type(pieces.pieces[0])("second.vmdk", b""))
    with pytest.raises(WorkshopError, match=r"2 \.vmdk files, not one"):
        read_contents(pieces.write(tmp_path / "two.ova"))


def test_a_machine_without_memory(ova: Path, tmp_path: Path) -> None:
    pieces = Pieces.of(ova)
    pieces.replace(".ovf", ' RAMSize="2048"', "")
    with pytest.raises(WorkshopError, match="how much memory"):
        read_contents(pieces.write(tmp_path / "none.ova"))
