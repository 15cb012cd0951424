"""Checks of the descriptor against the standard (DSP0243 1.1; the sections are named)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree import ElementTree as ET

from organiser.appliance import envelope
from organiser.appliance.envelope import OVF, STREAM_OPTIMIZED, each, number, ovf, quantity
from organiser.appliance.verify.checks import Stage
from organiser.appliance.verify.subject import Subject

STAGE: Stage[Subject] = Stage()
MOST_ELEMENTS = 1000
"""Ours have about a hundred, and one for each forwarded port."""
VERSIONS = ("", "1.0", "1.1")
SECTIONS = ("DiskSection", "NetworkSection")
SYSTEM_SECTIONS = ("OperatingSystemSection", "VirtualHardwareSection")


@STAGE.check("ovf.xml", "a descriptor that no parser reads", gate=True)
def _xml(subject: Subject) -> Iterator[str]:
    try:
        found = sum(1 for _ in subject.envelope.iter())
    except ValueError as error:
        yield f"the descriptor: {error}"
        return
    # Several checks compare each element with each other one.
    if found > MOST_ELEMENTS:
        yield f"the descriptor has {found} elements, more than {MOST_ELEMENTS}: get the file anew"


@STAGE.check(
    "ovf.envelope", "importers know the standard by its namespace and version (Envelope element)", gate=True
)
def _envelope(subject: Subject) -> Iterator[str]:
    root = subject.envelope
    if root.tag != ovf("Envelope"):
        yield f"the descriptor's root is {root.tag}, not Envelope of {OVF}"
    elif root.get(ovf("version"), "") not in VERSIONS:
        yield f"the descriptor is of OVF {root.get(ovf('version'))}; VirtualBox is sure to read 1.0"


@STAGE.check(
    "ovf.sections",
    "each part that an importer needs, once (Envelope element, Core metadata sections)",
    gate=True,
)
def _sections(subject: Subject) -> Iterator[str]:
    root = subject.envelope
    yield from _exactly_one(root, ("References", *SECTIONS, "VirtualSystem"))
    for system in root.findall(ovf("VirtualSystem")):
        yield from _exactly_one(system, SYSTEM_SECTIONS)
    tags = [child.tag for child in root]
    if not tags or tags[0] != ovf("References"):
        yield "References does not come first"
    elif tags[-1] != ovf("VirtualSystem"):
        yield "VirtualSystem does not come last"


def _exactly_one(parent: ET.Element, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        if (found := len(parent.findall(ovf(name)))) != 1:
            yield f"there are {found} {name}, not one"


@STAGE.check("ovf.info", "the standard wants a line about each section (Core metadata sections)")
def _info(subject: Subject) -> Iterator[str]:
    for element in subject.envelope.iter():
        namespace, _, name = element.tag.rpartition("}")
        if namespace != f"{{{OVF}":
            continue
        if (name.endswith("Section") or name == "VirtualSystem") and element.find(ovf("Info")) is None:
            yield f"{name} has no Info"


@STAGE.check(
    "ovf.unknown-sections", "a foreign section that is required stops other importers (Extensibility)"
)
def _unknown_sections(subject: Subject) -> Iterator[str]:
    system = subject.envelope.find(ovf("VirtualSystem"))
    for element in (*subject.envelope, *(system if system is not None else ())):
        optional = element.get(ovf("required"), "true") in ("false", "0")
        if not element.tag.startswith(f"{{{OVF}}}") and not optional:
            yield f"{element.tag.rpartition('}')[2]} is of no standard, and not marked as not required"


@STAGE.check(
    "ovf.identifiers",
    "an identifier that stands for two things stands for nothing (References element)",
    gate=True,
)
def _identifiers(subject: Subject) -> Iterator[str]:
    root = subject.envelope
    files, disks = list(each(root, "File")), list(each(root, "Disk"))
    yield from _unique(files, "File", "id")
    yield from _unique(files, "File", "href")
    yield from _unique(disks, "Disk", "diskId")
    yield from _unique(envelope.networks(root), "Network", "name")


def _unique(elements: list[ET.Element], element: str, attribute: str) -> Iterator[str]:
    values = [found.get(ovf(attribute), "") for found in elements]
    for value in sorted({value for value in values if not value or values.count(value) > 1}):
        yield f"two {element} have the {attribute} {value!r}" if value else f"a {element} has no {attribute}"


@STAGE.check("ovf.references", "each file that is named is there, and no other (References element)")
def _references(subject: Subject) -> Iterator[str]:
    named = set(subject.files.values())
    there = {member.name for member in subject.scan.members if member.disk is not None}
    for name in sorted(named - there):
        yield f"the descriptor refers to {name}, which is not there"
    for name in sorted(there - named):
        yield f"the descriptor does not refer to {name}"


@STAGE.check("ovf.file-sizes", "importers plan their space and progress by it (References element)")
def _file_sizes(subject: Subject) -> Iterator[str]:
    sizes = {member.name: member.size for member in subject.scan.members}
    for file in each(subject.envelope, "File"):
        name = file.get(ovf("href"), "")
        if name in sizes and number(file.get(ovf("size"))) != sizes[name]:
            yield f"the descriptor gives {name} {file.get(ovf('size'))} bytes; it has {sizes[name]}"
        if file.get(ovf("compression")) or file.get(ovf("chunkSize")):
            yield f"{name} is compressed or cut into chunks, which VirtualBox does not read"


@STAGE.check("ovf.disks", "each disk has a file, and each file a disk (DiskSection)")
def _disks(subject: Subject) -> Iterator[str]:
    for disk in subject.disks:
        if disk.get("fileRef") not in subject.files:
            yield f"the disk {disk.get('diskId')} has the fileRef {disk.get('fileRef')!r}, which is none"
    used = [disk.get("fileRef") for disk in subject.disks]
    for identifier in subject.files:
        if used.count(identifier) != 1:
            yield f"{used.count(identifier)} disks use the file {identifier!r}, not one"


@STAGE.check("ovf.disk-format", "the format that every importer of OVF reads (DiskSection)")
def _disk_format(subject: Subject) -> Iterator[str]:
    for disk in subject.disks:
        if disk.get("format") != STREAM_OPTIMIZED:
            yield f"the disk {disk.get('diskId')} is of {disk.get('format')!r}, not of {STREAM_OPTIMIZED}"


@STAGE.check("ovf.networks", "a card on a network that is not listed (NetworkSection)")
def _networks(subject: Subject) -> Iterator[str]:
    listed = {network.get(ovf("name")) for network in envelope.networks(subject.envelope)}
    for item in envelope.items(subject.envelope, envelope.ETHERNET):
        if quantity(item, "Connection") not in listed:
            yield f"a network card is on {quantity(item, 'Connection')!r}, which NetworkSection does not list"


@STAGE.check("ovf.items", "an item of hardware that lacks what the standard demands (VirtualHardwareSection)")
def _items(subject: Subject) -> Iterator[str]:
    items = list(each(subject.envelope, "Item"))
    identifiers = [quantity(item, "InstanceID") for item in items]
    for item in items:
        name = quantity(item, "ElementName") or quantity(item, "InstanceID") or "an item"
        for wanted in ("ElementName", "InstanceID", "ResourceType"):
            if not quantity(item, wanted):
                yield f"{name} has no {wanted}"
        parent = quantity(item, "Parent")
        if parent and parent not in identifiers:
            yield f"{name} hangs on the item {parent}, which is not there"
    for identifier in sorted({value for value in identifiers if value and identifiers.count(value) > 1}):
        yield f"two items have the InstanceID {identifier}"


@STAGE.check("ovf.hardware", "a machine without processor, memory, disk or network (VirtualHardwareSection)")
def _hardware(subject: Subject) -> Iterator[str]:
    for kind, name in (
        (envelope.PROCESSOR, "processor"),
        (envelope.MEMORY, "memory"),
        (envelope.HARD_DISK, "hard disk"),
        (envelope.ETHERNET, "network card"),
    ):
        if not envelope.items(subject.envelope, kind):
            yield f"there is no item for the {name}"


@STAGE.check(
    "ovf.disk-items", "a disk that hangs nowhere, or an item without its disk (VirtualHardwareSection)"
)
def _disk_items(subject: Subject) -> Iterator[str]:
    identifiers = [disk.get("diskId") for disk in subject.disks]
    used = []
    for item in envelope.items(subject.envelope, envelope.HARD_DISK):
        source = quantity(item, "HostResource").removeprefix("ovf:")
        used.append(source.removeprefix("/disk/"))
        if not source.startswith("/disk/") or used[-1] not in identifiers:
            yield f"a hard disk's HostResource is {source!r}, which names no disk"
    for identifier in identifiers:
        if identifier not in used:
            yield f"no hard disk uses the disk {identifier!r}"
