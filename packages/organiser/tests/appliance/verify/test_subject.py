"""Descriptor and disks are brought together."""

from __future__ import annotations

from pathlib import Path

from organiser.appliance.verify.scan import scan
from organiser.appliance.verify.subject import Subject, capacity_of, entries_of
from organiser.appliance.vmdk.stream import Facts


def test_the_disk_is_found_by_its_reference(ova: Path) -> None:
    subject = Subject(scan(ova))
    ((member, facts),) = subject.images
    (disk,) = subject.disks
    assert disk.member is member
    assert subject.files == {"file1": member.name}
    assert disk.uuid == entries_of(facts)["ddb.uuid.image"]
    assert capacity_of(facts) == 1300 * 65536 == int(disk.get("capacity"))
    assert subject.machine.get("OSType") == "Debian_64"


def test_a_disk_of_which_nothing_is_known() -> None:
    assert (capacity_of(Facts()), entries_of(Facts(descriptor=b"\xff"))) == (0, {})
