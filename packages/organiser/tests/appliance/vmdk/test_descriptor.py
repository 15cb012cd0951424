"""The text inside a VMDK."""

from __future__ import annotations

import uuid

import pytest

from organiser.appliance.vmdk import descriptor

UUID = uuid.UUID("87c3602b-4f19-563a-aa1a-ca5aa83f14ba")


def test_what_is_written_is_read() -> None:
    data = descriptor.render("a.vmdk", 4096, UUID, 0xABC)
    assert len(data) == descriptor.DESCRIPTOR_SECTORS * 512
    entries, extents = descriptor.parse(data)
    assert extents == [(4096, "a.vmdk")]
    assert entries["CID"] == "00000abc"
    assert entries["createType"] == "streamOptimized"
    assert entries["ddb.uuid.image"] == str(UUID)
    assert entries["parentCID"] == "ffffffff"


def test_the_geometry_stays_within_a_bios() -> None:
    entries, _ = descriptor.parse(descriptor.render("a.vmdk", 1 << 31, UUID, 0))
    assert entries["ddb.geometry.cylinders"] == "16383"
    entries, _ = descriptor.parse(descriptor.render("a.vmdk", 128, UUID, 0))
    assert entries["ddb.geometry.cylinders"] == "1"


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(ValueError, match="decode"):
        descriptor.parse(b"\xff\xfe")
