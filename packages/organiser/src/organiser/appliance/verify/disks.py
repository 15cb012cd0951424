"""Checks of the disks: the VMDK's structure, and that descriptor and disk say the same."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from organiser.appliance.envelope import number
from organiser.appliance.verify.checks import Find, Stage
from organiser.appliance.verify.subject import Subject, capacity_of, entries_of
from organiser.appliance.vmdk import descriptor
from organiser.appliance.vmdk.stream import Part

STAGE: Stage[Subject] = Stage()
UNITS = {"": 1, "byte": 1, **{f"byte * 2^{power}": 1 << power for power in (10, 20, 30, 40)}}


def _part(part: Part) -> Find[Subject]:
    """Return what yields the faults that lie in one part of a VMDK's stream."""

    def find(subject: Subject) -> Iterator[str]:
        for member, facts in subject.images:
            if facts.fault is not None and facts.fault.part == part:
                yield f"{member.name}: {facts.fault}"

    return find


for _name, _why, _of in (
    ("header", "by its first sector an importer knows a VMDK", Part.HEADER),
    ("grains", "an importer reads the disk's pieces one after the other", Part.GRAINS),
    ("tables", "random access goes by the tables; a wrong one gives another piece of the disk", Part.TABLES),
    ("directory", "the tables are found by it", Part.DIRECTORY),
    ("footer", "the directory is found by it", Part.FOOTER),
    ("end", "VirtualBox stops with VERR_EOF without the end-of-stream marker", Part.END),
):
    STAGE.check(f"vmdk.{_name}", _why, gate=True)(_part(_of))


@STAGE.check("vmdk.descriptor", "the text inside says the format, and names no other file")
def _descriptor(subject: Subject) -> Iterator[str]:
    for member, facts in subject.images:
        try:
            entries, extents = descriptor.parse(facts.descriptor)
            strange = list(descriptor.unknown(facts.descriptor))
        except ValueError:
            yield f"{member.name}: its descriptor is not text"
            continue
        if entries.get("createType") != "streamOptimized":
            yield f"{member.name}: its createType is {entries.get('createType')!r}, not streamOptimized"
        if entries.get("parentCID", "").lower() != "ffffffff":
            yield f"{member.name}: it needs a parent disk"
        if [size for size, _ in extents] != [facts.header.capacity if facts.header else 0]:
            yield f"{member.name}: its extents are not the whole disk"
        if any("/" in name or "\\" in name for _, name in extents):
            yield f"{member.name}: its extent is a path on somebody's machine"
        elif strange and len(extents) == 1:
            yield f"{member.name}: its descriptor has the line {strange[0]!r}, which no appliance has"


@STAGE.check("vmdk.contents", "a disk without a single byte")
def _contents(subject: Subject) -> Iterator[str]:
    for member, facts in subject.images:
        if not facts.grains:
            yield f"{member.name}: it is empty"


@STAGE.check("vmdk.capacity", "an importer makes the disk as large as the descriptor says")
def _capacity(subject: Subject) -> Iterator[str]:
    for disk in subject.disks:
        if disk.member is None or disk.member.disk is None:
            continue
        stated, unit = number(disk.get("capacity")), UNITS.get(disk.get("capacityAllocationUnits"))
        real = capacity_of(disk.member.disk)
        if stated is None or unit is None or stated * unit != real:
            yield f"the descriptor's capacity is {disk.get('capacity')!r}, that of {disk.member.name} {real}"


@STAGE.check("vmdk.uuid", "VirtualBox refuses a second disk with the same identifier")
def _uuid(subject: Subject) -> Iterator[str]:
    seen: list[uuid.UUID] = []
    for disk in subject.disks:
        if disk.member is None or disk.member.disk is None:
            continue
        inside = entries_of(disk.member.disk).get("ddb.uuid.image", "")
        try:
            found = uuid.UUID(inside)
        except ValueError:
            yield f"{disk.member.name}: its ddb.uuid.image is {inside!r}"
            continue
        if found.int == 0 or found in seen:
            yield f"{disk.member.name}: its ddb.uuid.image {found} is not its own"
        if disk.uuid.strip("{}").lower() != str(found):
            yield f"{disk.member.name}: its ddb.uuid.image is {found}, the descriptor says {disk.uuid}"
        seen.append(found)
