"""What descriptor and disk say of each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from organiser.appliance.pack import Clock, wrap
from organiser.appliance.verify.run import verify
from organiser.appliance.vmdk.layout import SECTOR, TABLE_SECTORS, Marker, marker

from ..building import DESCRIPTION, EPOCH, Pieces, write_disk
from .variants import faults_after


@pytest.mark.parametrize("unit", ["byte * 2^20", "furlong"])
def test_a_capacity_in_wrong_units(unit: str, ova: Path, tmp_path: Path) -> None:
    found = faults_after(
        ova, tmp_path, ("ovf:capacity=", f'ovf:capacityAllocationUnits="{unit}" ovf:capacity=')
    )
    assert [name for name, _ in found] == ["vmdk.capacity"]


def test_an_empty_disk(tmp_path: Path) -> None:
    raw = write_disk(tmp_path / "raw", used=())
    done = wrap(raw, tmp_path / "x.ova", DESCRIPTION, epoch=EPOCH, clock=Clock(lambda _: None))
    assert [name for name, _ in verify(done.ova).faults] == ["vmdk.contents"]


def test_a_table_that_lies(ova: Path, tmp_path: Path) -> None:
    pieces = Pieces.of(ova)
    disk = pieces.get(".vmdk").data
    place = disk.index(marker(Marker.GRAIN_TABLE, TABLE_SECTORS)) + SECTOR
    pieces.patch(".vmdk", place, b"\x07")
    pieces.hash_anew()
    ((name, fault),) = verify(pieces.write(tmp_path / "x.ova")).faults
    assert name == "vmdk.tables"
    assert "does not name the grains before it" in fault


def test_an_extent_on_somebodys_machine(ova: Path, tmp_path: Path) -> None:
    pieces = Pieces.of(ova)
    pieces.replace(".vmdk", '"deep-learning-workshop.vmdk"', '"/deep-learning-worksho.vmdk"')
    pieces.hash_anew()
    ((name, fault),) = verify(pieces.write(tmp_path / "x.ova")).faults
    assert (name, "path on somebody's machine" in fault) == ("vmdk.descriptor", True)


def test_a_descriptor_that_is_no_text(ova: Path, tmp_path: Path) -> None:
    pieces = Pieces.of(ova)
    pieces.replace(".vmdk", "# Disk DescriptorFile", b"\xff" * 21)
    pieces.hash_anew()
    names = [name for name, _ in verify(pieces.write(tmp_path / "x.ova")).faults]
    assert names == ["vmdk.descriptor", "vmdk.uuid"]
