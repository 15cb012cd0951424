"""An OVA whose archive and manifest are sound: what the later checks look at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from xml.etree import ElementTree as ET

from organiser.appliance import envelope
from organiser.appliance.verify.scan import Member, Scan
from organiser.appliance.vmdk import descriptor
from organiser.appliance.vmdk.layout import SECTOR
from organiser.appliance.vmdk.stream import Facts


@dataclass(frozen=True)
class DiskEntry:
    """A ``Disk`` of the descriptor, with the file that it refers to, where that is there."""

    element: ET.Element
    member: Member | None

    def get(self, name: str) -> str:
        """Return one of the standard's attributes; empty when it is absent."""
        return self.element.get(envelope.ovf(name), "")

    @property
    def uuid(self) -> str:
        """VirtualBox's identifier of the disk, as text; empty when it is absent."""
        return self.element.get(envelope.vbox("uuid"), "")


@dataclass
class Subject:
    """An OVA, seen as its descriptor and its disks."""

    scan: Scan

    @cached_property
    def envelope(self) -> ET.Element:
        """The descriptor's root element; ValueError when it is not XML."""
        return envelope.parse(self.scan.having(".ovf")[0].data)

    @cached_property
    def machine(self) -> ET.Element:
        """VirtualBox's own description; the first of its checks makes sure that it is there."""
        found = envelope.machine(self.envelope)
        assert found is not None
        return found

    @property
    def is_arm(self) -> bool:
        """Whether VirtualBox makes an Arm machine of it."""
        return envelope.is_arm(self.envelope)

    @cached_property
    def files(self) -> dict[str, str]:
        """Names of the referenced files, by identifier."""
        return {
            file.get(envelope.ovf("id"), ""): file.get(envelope.ovf("href"), "")
            for file in envelope.each(self.envelope, "File")
        }

    @cached_property
    def disks(self) -> list[DiskEntry]:
        """The disks of the descriptor."""
        members = {member.name: member for member in self.scan.members}
        return [
            DiskEntry(disk, members.get(self.files.get(disk.get(envelope.ovf("fileRef"), ""), "")))
            for disk in envelope.each(self.envelope, "Disk")
        ]

    @cached_property
    def images(self) -> list[tuple[Member, Facts]]:
        """The VMDK files, with what their streams turned out to be."""
        return [(member, member.disk) for member in self.scan.members if member.disk is not None]


def entries_of(facts: Facts) -> dict[str, str]:
    """Return the entries of a VMDK's descriptor; none when it is not text."""
    try:
        return dict(descriptor.parse(facts.descriptor)[0])
    except ValueError:
        return {}


def capacity_of(facts: Facts) -> int:
    """Return a VMDK's capacity in bytes."""
    return facts.header.capacity * SECTOR if facts.header else 0
